/** A row of the comparison: the same fault, as other tools report it. */
export interface PeerRow {
  readonly title: string;
  /** The case of the catalogue that stands beside it. */
  readonly entry: string;
  readonly seconds: readonly string[];
}

/** Tools whose defaults were measured on this platform, in the order of a row's figures. */
export const PEERS = [
  "kubectl rollout status",
  "Helm 4.1 `--wait`",
  "kubedog (werf) 0.13",
  "Skaffold 2.24",
  "krane 3.9",
  "official Pulumi provider",
] as const;

/** When they were measured. */
export const PEERS_DATE = "2026-11-21";

/**
 * Seconds from the start of the command to its end, with a progress deadline of 120 s and two replicas of a first
 * release; `n` where the tool names the cause. The official provider waits for 600 s by its code.
 */
export const PEER_ROWS: readonly PeerRow[] = [
  row("missing image", "image-digest-missing", [
    "120.5",
    "121.0",
    "2.1 n",
    "3.0 n",
    "16.4 n",
    "600 n",
  ]),
  row("crash loop", "crash-at-start", ["120.8", "120.9", "4.7 n", "2.6 n", "16.6 n", "600"]),
  row("missing Secret", "secret-missing", ["120.5", "120.8", "120.7", "122.0", "16.9 n", "600"]),
  row("quota", "quota-none", ["120.8", "120.9", "121.1", "121.0", "151.3 n", "600"]),
  row("never ready", "ready-path-wrong", ["120.5", "120.6", "11.4 n", "120.9 n", "132.7 n", "600"]),
  row("unschedulable", "no-such-node", ["120.5", "121.0", "120.5", "121.8", "130.1 n", "600"]),
  row("healthy", "healthy", ["2.7", "3.4", "4.0", "4.2", "15.8", "11"]),
];

function row(title: string, entry: string, seconds: readonly string[]): PeerRow {
  return { title, entry, seconds };
}
