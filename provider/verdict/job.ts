import type { ObjectReadinessInputs } from "../../contract/object-readiness.ts";
import {
  blockedBy,
  livingPods,
  type ObjectAssessment,
  objectFinding,
  type Present,
  readyWith,
  unready,
} from "./awaited-object.ts";
import type { Finding } from "./finding.ts";
import { condition, type Event, isTrue, type Job, type Pod } from "./objects.ts";
import { judgePod, sidecarsOf, stageOf, statusesOf } from "./pod.ts";
import { judgeRefusedPods } from "./refused-pods.ts";
import { tally } from "./stages.ts";

/** A Job counts its own failures: `backoffLimit` and the pod failure policy say how many are too many. */
const OWN_COUNT = { restarts: Infinity };

/**
 * What a Job shows. It is ready when it is complete. It has failed when it says so, or when its pods cannot start for a
 * reason that no retry fixes; a pod that fails while there are retries left is a step on the way.
 * A Job's status has no generation: its pod template never changes, and a different Job has a different uid.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup
 */
export function assessJob(
  awaited: ObjectReadinessInputs,
  observed: Present<Job>,
): ObjectAssessment {
  const { object: job, events } = observed;
  const pods = livingPods(observed.pods);
  const text = textOf(job, pods);
  const end = endOf(job, observed.pods);
  if (end !== undefined) {
    return blockedBy(objectFinding(awaited, "job-failed", end), text);
  }
  if (isTrue(job, "Complete")) {
    return readyWith(text);
  }
  const refused = (job.status?.active ?? 0) === 0 ? judgeRefusedPods(awaited, observed) : [];
  const findings = pods
    .flatMap((pod) => judgeRun(awaited, pod, events))
    // Nobody waits for the pods of a Job to serve.
    .filter(({ reason }) => reason !== "not-ready");
  return { findings: [...refused, ...findings, judgeRest(awaited, job, text)], text };
}

/** A sidecar is restarted beside a run that goes on, which no retry of the Job counts. */
function judgeRun(awaited: ObjectReadinessInputs, pod: Pod, events: readonly Event[]): Finding[] {
  const patience = { ...awaited, tolerate: { ...awaited.tolerate, ...OWN_COUNT } };
  const sidecars = sidecarsOf(pod);
  const isBeside = ({ container }: Finding) => sidecars.includes(container ?? "");
  return [
    ...judgePod(patience, pod, events).filter((finding) => !isBeside(finding)),
    ...(sidecars.length === 0 ? [] : judgePod(awaited, pod, events).filter(isBeside)),
  ];
}

/** Why it failed. `FailureTarget` comes while the last pods are made to end, `Failed` when they have. */
function endOf(job: Job, pods: readonly Pod[]): string | undefined {
  const type = ["Failed", "FailureTarget"].find((candidate) => isTrue(job, candidate));
  if (type === undefined) {
    return undefined;
  }
  const { reason = type, message = "" } = condition(job, type) ?? {};
  return `${reason}${message === "" ? "" : `: ${message}`}${lastExit(pods)}`;
}

/** How the last pod ended, if it still exists. */
function lastExit(pods: readonly Pod[]): string {
  const [last] = pods
    .flatMap(statusesOf)
    .map(({ state, lastState }) => state?.terminated ?? lastState?.terminated)
    .filter((end) => end !== undefined && end.exitCode !== 0)
    .sort((one, other) => (other?.finishedAt ?? "").localeCompare(one?.finishedAt ?? ""));
  return last === undefined
    ? ""
    : `; its last pod ended with exit code ${last.exitCode} (${last.reason ?? "no reason"})`;
}

function judgeRest(awaited: ObjectReadinessInputs, job: Job, text: string): Finding {
  if (job.spec?.suspend === true) {
    const message = "the Job is suspended; it continues when somebody sets spec.suspend to false";
    return objectFinding(awaited, "suspended", message);
  }
  return isTrue(job, "SuccessCriteriaMet")
    ? unready(awaited, `the Job has succeeded, but not all of its pods have ended: ${text}`)
    : unready(awaited, `the Job is not complete: ${text}`);
}

function textOf({ spec, status = {} }: Job, pods: readonly Pod[]): string {
  const { succeeded = 0, failed = 0 } = status;
  const stages = pods.map(stageOf).map((stage) => (stage === "ready" ? "running" : stage));
  const attempts = (spec?.backoffLimit ?? 6) + 1;
  return [
    `${succeeded}/${spec?.completions ?? spec?.parallelism ?? 1} succeeded`,
    ...tally(stages),
    ...(failed > 0 ? [`${failed} of ${attempts} attempts failed`] : []),
  ].join(", ");
}
