import type { ObjectReadinessInputs } from "../../contract/object-readiness.ts";
import {
  livingPods,
  type ObjectAssessment,
  type ObservedObject,
  titleOf,
  unready,
  readyWith,
} from "./awaited-object.ts";
import type { Finding } from "./finding.ts";
import { condition, type Job, type Pod, uidOf } from "./objects.ts";
import { judgePod, stageOf, statusesOf } from "./pod.ts";
import { judgeRefusedPods } from "./refused-pods.ts";

/** A Job counts its own failures: `backoffLimit` and the pod failure policy say how many are too many. */
const OWN_COUNT = { restarts: Infinity };

/**
 * What a Job shows. It is ready when it is complete. It has failed when it says so, or when its pods cannot start for a
 * reason that no further try mends; a pod that ends with an error while there are tries left is a step on the way.
 * A Job's status tells no generation: its pod template never changes, and another Job has another uid.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup
 */
export function assessJob(
  awaited: ObjectReadinessInputs,
  observed: ObservedObject<Job> & { readonly object: Job },
): ObjectAssessment {
  const { object: job, events } = observed;
  const text = textOf(job, livingPods(observed.pods));
  const ended = judgeEnd(awaited, observed);
  if (ended !== undefined) {
    return { findings: [ended], text };
  }
  if (isMet(job, "Complete")) {
    return readyWith(text);
  }
  const refused = judgeRefusedPods(titleOf(awaited), observed, uidOf(job));
  const patience = { ...awaited, tolerate: { ...awaited.tolerate, ...OWN_COUNT } };
  const findings = livingPods(observed.pods)
    .flatMap((pod) => judgePod(patience, pod, events))
    // Nobody waits for the pods of a Job to serve.
    .filter(({ reason }) => reason !== "not-ready");
  const isRefused = refused !== undefined && (job.status?.active ?? 0) === 0;
  return {
    findings: [...(isRefused ? [refused] : []), ...findings, judgeRest(awaited, job, text)],
    text,
  };
}

function isMet(job: Job, type: string): boolean {
  return condition(job.status?.conditions, type)?.status === "True";
}

/** `FailureTarget` comes while the last pods are made to end, `Failed` when they have. */
function judgeEnd(
  awaited: ObjectReadinessInputs,
  { object: job, pods }: { readonly object: Job; readonly pods: readonly Pod[] },
): Finding | undefined {
  const type = ["Failed", "FailureTarget"].find((candidate) => isMet(job, candidate));
  if (type === undefined) {
    return undefined;
  }
  const { reason = type, message = "" } = condition(job.status?.conditions, type) ?? {};
  const words = `${reason}${message === "" ? "" : `: ${message}`}`;
  return { reason: "job-failed", object: titleOf(awaited), message: words + lastExit(pods) };
}

/** How the last pod ended, as far as its pods are still there. */
function lastExit(pods: readonly Pod[]): string {
  const ends = pods
    .flatMap(statusesOf)
    .map(({ state, lastState }) => state?.terminated ?? lastState?.terminated)
    .filter((end) => end !== undefined && end.exitCode !== 0)
    .sort((one, other) => (other?.finishedAt ?? "").localeCompare(one?.finishedAt ?? ""));
  const [last] = ends;
  return last === undefined
    ? ""
    : `; its last pod ended with exit code ${last.exitCode} (${last.reason ?? "no reason"})`;
}

function judgeRest(awaited: ObjectReadinessInputs, job: Job, text: string): Finding {
  if (job.spec?.suspend === true) {
    const message = `the Job is suspended; it goes on when somebody sets its spec.suspend to false`;
    return { reason: "suspended", object: titleOf(awaited), message };
  }
  return isMet(job, "SuccessCriteriaMet")
    ? unready(awaited, `the Job has succeeded, but not all of its pods have ended: ${text}`)
    : unready(awaited, `the Job is not complete: ${text}`);
}

function textOf({ spec, status = {} }: Job, pods: readonly Pod[]): string {
  const { succeeded = 0, failed = 0 } = status;
  const stages = new Map<string, number>();
  for (const pod of pods) {
    const stage = stageOf(pod) === "ready" ? "running" : stageOf(pod);
    stages.set(stage, (stages.get(stage) ?? 0) + 1);
  }
  const tries = (spec?.backoffLimit ?? 6) + 1;
  return [
    `${succeeded}/${spec?.completions ?? spec?.parallelism ?? 1} succeeded`,
    ...[...stages].map(([stage, count]) => `${count} ${stage}`),
    ...(failed > 0 ? [`${failed} of ${tries} tries failed`] : []),
  ].join(", ");
}
