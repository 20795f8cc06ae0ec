import { VERDICT } from "../../contract/verdict.ts";
import type { Compared, Comparison } from "./compare.ts";
import { PEER_ROWS, type PeerRow, PEERS, PEERS_SOURCE, type PeerSeconds } from "./peers.ts";
import { totalOf } from "./phases.ts";

const PULUMI_ALONE = "Pulumi alone";

/** The comparison with other tools as a section of the page; nothing where it was never measured. */
export function peersSection(comparison: Comparison | undefined): string[] {
  const rows = PEER_ROWS.flatMap((row) => {
    const found = comparison?.rows.find(({ entry }) => entry === row.entry);
    return found === undefined ? [] : [rowOf(row, found)];
  });
  if (comparison === undefined || rows.length === 0) {
    return [];
  }
  const { date, commit, rounds, load } = comparison;
  const head = [
    "",
    "Start",
    "Apply",
    "Verdict",
    "End",
    "Slipway",
    "kubectl",
    PULUMI_ALONE,
    ...PEERS,
  ];
  return [
    "## Compared with other tools",
    "",
    `\`npm run catalogue -- --peers ${rounds}\`, ${date}, commit ${commit}, load ${load} before. Seconds of a first release of two replicas, of Slipway`,
    `the middle one of ${rounds} runs after one that does not count, each alone; of kubectl and ${PULUMI_ALONE} one run. All have the plain service's settings, and with them \`deadlineSeconds: ${VERDICT.deadlineSeconds.default}\`. Slipway is all of \`pulumi up\`, the`,
    "start of the engine and of the program with it: to the first object in the cluster (start), from there to the Deployment (apply), from there to what is",
    "said of it (verdict), and from there to the end of the command. kubectl is `kubectl apply` of the same objects and `kubectl rollout status`.",
    `${PULUMI_ALONE} is all of \`pulumi up\` of the same objects in a program of a few lines that leaves the wait to the official Kubernetes provider,`,
    "built from its Go module.",
    "n: the tool names the cause. Bold: nobody was quicker.",
    PEERS_SOURCE,
    "",
    ...[head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`),
    "",
  ];
}

function rowOf(
  { title, entry, seconds }: PeerRow,
  { slipway, kubectl, pulumi }: Compared,
): string[] {
  const { start, apply, verdict, end } = slipway;
  const own = totalOf(slipway);
  const peers = [...(pulumi === undefined ? [] : [pulumi]), ...seconds];
  const leads = [kubectl, ...peers.map((peer) => peer.seconds)].every((peer) => own < peer);
  const named = entry === "healthy" ? "" : " n";
  const total = `${own.toFixed(1)}${named}`;
  return [
    title,
    ...[start, apply, verdict, end].map((figure) => figure.toFixed(1)),
    leads ? `**${total}**` : total,
    kubectl.toFixed(1),
    pulumi === undefined ? "not measured" : peerWords(pulumi),
    ...seconds.map(peerWords),
  ];
}

function peerWords({ seconds, named }: PeerSeconds): string {
  return `${seconds.toFixed(1)}${named ? " n" : ""}`;
}
