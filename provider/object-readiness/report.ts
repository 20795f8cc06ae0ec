import type { Evidence } from "../../contract/evidence";
import type { ObjectReadinessInputs } from "../../contract/object-readiness";
import type { Cluster } from "../cluster";
import { type ObservedObject, titleOf } from "../verdict/awaited-object";
import { bounded } from "../verdict/bound";
import { gathered, logSourcesOf } from "../verdict/evidence";
import type { Finding } from "../verdict/finding";
import { nameOf, type Pod, uidOf } from "../verdict/objects";
import { isReady, statusesOf } from "../verdict/pod";
import { reportOn } from "../verdict/report";

/** Logs and the like are worth waiting for, but not long: the verdict is known. */
const EVIDENCE_MILLISECONDS = 10_000;

/** A finding to be reported, with what it was made from. */
export interface ObjectCase {
  /** What the program calls it. */
  readonly name: string;
  readonly awaited: ObjectReadinessInputs;
  readonly finding: Finding;
  readonly observed: ObservedObject;
  /** How long the wait took; undefined where nothing was waited for. */
  readonly seconds: number | undefined;
}

/** A failed verdict, for people and for machines. */
export interface ObjectReport {
  readonly text: string;
  /** What the text says, small enough to be kept. */
  readonly evidence: Evidence;
}

/** Gathers the evidence for a failed verdict from the cluster, and puts it into words. */
export async function reportOf(
  cluster: Cluster,
  context: string,
  { name, awaited, finding, observed, seconds }: ObjectCase,
  interruption: AbortSignal,
): Promise<ObjectReport> {
  const signal = AbortSignal.any([interruption, AbortSignal.timeout(EVIDENCE_MILLISECONDS)]);
  const suspects = suspectsOf(observed, finding);
  const { namespace, logs = true } = awaited;
  const sources = signal.aborted || !logs || namespace === undefined ? [] : logSourcesOf(suspects);
  const found = gathered({
    finding,
    suspects,
    concerned: [awaited.uid],
    warnings: observed.events.filter(({ type }) => type === "Warning"),
    logs: await Promise.all(sources.map((source) => cluster.log(namespace ?? "", source, signal))),
    notes: finding.notes ?? [],
    command: nextCommand(awaited, finding, context),
  });
  const evidence = cluster.secrets.hideIn(found);
  const headline = { service: name, reason: finding.reason, seconds };
  return { text: reportOn(headline, evidence), evidence: bounded(evidence) };
}

/** The pods that are not as they should be: the one that the verdict is about, then those in the deepest trouble. */
function suspectsOf({ pods }: ObservedObject, { object }: Finding): Pod[] {
  const rank = (pod: Pod) => (object === `pod ${nameOf(pod)}` ? Infinity : failures(pod));
  return pods
    .filter((pod) => !isReady(pod) && pod.status?.phase !== "Succeeded" && uidOf(pod) !== "")
    .sort((one, other) => rank(other) - rank(one));
}

function failures(pod: Pod): number {
  return statusesOf(pod).reduce(
    (sum, { restartCount, state }) => sum + restartCount + (state?.terminated?.exitCode ? 1 : 0),
    0,
  );
}

function nextCommand(awaited: ObjectReadinessInputs, { reason, object }: Finding, context: string) {
  const kubectl = `kubectl --context ${context}`;
  const { namespace } = awaited;
  const within = namespace === undefined ? kubectl : `${kubectl} --namespace ${namespace}`;
  switch (reason) {
    case "namespace-missing":
    case "namespace-terminating":
      return `${kubectl} describe namespace ${namespace ?? ""}`;
    case "cluster-unreachable":
      return `${kubectl} get --raw /readyz`;
    case "forbidden":
      return `${within} auth can-i --list`;
    case "object-missing":
      return `${within} get ${awaited.kind.toLowerCase()},events`;
    default:
      return `${within} describe ${object.startsWith("pod ") ? object : titleOf(awaited)}`;
  }
}
