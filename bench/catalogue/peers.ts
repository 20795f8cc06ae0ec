/** A row of the comparison: the same fault, as other tools report it. */
export interface PeerRow {
  readonly title: string;
  /** The case of the catalogue that stands beside it. */
  readonly entry: string;
  /** Seconds from the start of the command to its end, by {@link PEERS}. */
  readonly seconds: readonly PeerSeconds[];
  /** What a tool says that names the cause. */
  readonly cause: RegExp;
}

/** A figure, and whether the tool names the cause. */
export interface PeerSeconds {
  readonly seconds: number;
  readonly named: boolean;
}

/** Tools that were measured once, in the order of a row's figures. */
export const PEERS = [
  "Helm 4.1 `--wait`",
  "kubedog (werf) 0.13",
  "Skaffold 2.24",
  "krane 3.9",
] as const;

/** How their figures came about: they are quoted, and not measured again with ours. */
export const PEERS_SOURCE =
  "The figures of Helm, kubedog, Skaffold and krane were measured once, on 2026-11-21 on a platform of this kind, with their defaults, a progress " +
  "deadline of 120 s and several commands at a time: differences below 2 s mean nothing.";

/** First releases of two replicas with a progress deadline of 120 s. */
export const PEER_ROWS: readonly PeerRow[] = [
  row("missing image", "image-digest-missing", ["121.0", "2.1 n", "3.0 n", "16.4 n"], /ImagePull/),
  row(
    "missing Secret",
    "secret-missing",
    ["120.8", "120.7", "122.0", "16.9 n"],
    /secret "\w+" not/,
  ),
  row(
    "crash loop",
    "crash-at-start",
    ["120.9", "4.7 n", "2.6 n", "16.6 n"],
    /CrashLoop|exit code/i,
  ),
  row("healthy", "healthy", ["3.4", "4.0", "4.2", "15.8"], /^$/),
];

function row(title: string, entry: string, figures: readonly string[], cause: RegExp): PeerRow {
  const seconds = figures.map((figure) => ({
    seconds: Number.parseFloat(figure),
    named: figure.endsWith("n"),
  }));
  return { title, entry, seconds, cause };
}
