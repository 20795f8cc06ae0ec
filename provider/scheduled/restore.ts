import { isDeepStrictEqual } from "node:util";

import { ROLLED_BACK } from "../../contract/marks.ts";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { ProvedRelease, RunningRelease } from "../../contract/release-record.ts";
import { kindOf, nounOf } from "../../contract/workload-kind.ts";
import type { Cluster } from "../cluster.ts";
import { messageOf } from "../cluster/api-error.ts";
import type { Stored } from "../readiness/state.ts";
import { called, SCOPE } from "../release-words.ts";
import { type Mark, markOf } from "../rollback/mark.ts";
import { managerOf } from "../rollback/restore.ts";
import type { Finding } from "../verdict/finding.ts";
import { asDeployment, type CronJob } from "../verdict/objects.ts";
import { REASONS } from "../verdict/reasons.ts";
import { answered, isOutrun } from "../waiting/answered.ts";

/** The template of a CronJob's Jobs. */
export type JobTemplate = NonNullable<CronJob["spec"]>["jobTemplate"];

/** What is to be done about a release that failed: a template to restore, or why none is. */
export type SchedulePlan =
  | { readonly to: ProvedRelease; readonly template: JobTemplate }
  | { readonly why: string | undefined };

/** Decides whether the last release that was ready is to be restored. */
export function planSchedule(
  release: ReadinessInputs,
  { reason }: Finding,
  { lastReady, lastReadyTemplate }: Omit<Stored, "release" | "history">,
  live: CronJob | undefined,
): SchedulePlan {
  // A Job that fails says of itself what is the release's fault here.
  if (!REASONS[reason].rollsBack && reason !== "job-failed") {
    return { why: undefined };
  }
  if (lastReady === null) {
    return stay("no release was ready before; this one is left in place for you to examine");
  }
  if (release.rollback === false) {
    return stay("rollback is false; the release is left in place");
  }
  if (kindOf(lastReady) !== "CronJob") {
    const noun = nounOf(lastReady);
    return stay(
      `the last release that was ready was a ${noun}, which is deleted only after a release of this kind is ready`,
    );
  }
  const target = `the last release that was ready, ${called(lastReady, release)},`;
  if (lastReadyTemplate === undefined) {
    return stay(`the state does not have the template of ${target} which is too long`);
  }
  const template = JSON.parse(lastReadyTemplate) as JobTemplate;
  return isDeepStrictEqual(template, live?.spec.jobTemplate)
    ? stay(`${target} has the same template`)
    : { to: lastReady, template };
}

/**
 * Restores an earlier template, with one write that the API server refuses if the template is no longer the one that was
 * judged. It was proved when it was released, so that nothing of it runs again before its time.
 */
export async function restoreSchedule(
  cluster: Cluster,
  release: ReadinessInputs,
  judged: CronJob,
  { to, template, mark }: Extract<SchedulePlan, { to: unknown }> & { readonly mark: Mark },
  signal: AbortSignal,
): Promise<{ readonly running: RunningRelease | null; readonly report: string }> {
  const { service, namespace, deployment } = release;
  const target = called(to, release);
  const attempt = async (): Promise<string | undefined> => {
    const live = await cluster.deployment(namespace, deployment, signal);
    if (live !== undefined && markOf(release, live) !== undefined) {
      // The answer was lost on its way, but not the write.
      return undefined;
    }
    const present = (live as unknown as CronJob | undefined)?.spec.jobTemplate;
    if (live === undefined || !isDeepStrictEqual(present, judged.spec.jobTemplate)) {
      return `somebody else has changed the ${nounOf(deployment)} since`;
    }
    const patch = patchOf(live as unknown as CronJob, template, mark);
    await cluster.patchDeployment(
      namespace,
      deployment,
      { patch, fieldManager: managerOf(live) },
      signal,
    );
    return undefined;
  };
  const refusal = await answered(attempt, signal, isOutrun).catch((error: unknown) =>
    signal.aborted ? "the run was interrupted" : messageOf(error),
  );
  return refusal === undefined
    ? {
        running: runningSchedule(to),
        report: `${service}: rolled back to ${target}, whose template was proved when it was released; ${SCOPE}`,
      }
    : { running: null, report: `${service}: not rolled back to ${target}: ${refusal}` };
}

/** What runs instead of a release that failed, from its next time on. */
function runningSchedule(to: ProvedRelease): RunningRelease {
  return { ...to, verdict: "ready", reason: null, pods: [] };
}

function stay(why: string): SchedulePlan {
  return { why: `not rolled back: ${why}` };
}

function patchOf(live: CronJob, template: JobTemplate, mark: Mark): object[] {
  const annotation = `/metadata/annotations/${ROLLED_BACK.replace("/", "~1")}`;
  const hasAny = asDeployment(live)?.metadata?.annotations !== undefined;
  return [
    { op: "test", path: "/metadata/uid", value: live.metadata?.uid },
    { op: "test", path: "/spec/jobTemplate", value: live.spec.jobTemplate },
    { op: "replace", path: "/spec/jobTemplate", value: template },
    ...(hasAny ? [] : [{ op: "add", path: "/metadata/annotations", value: {} }]),
    { op: "add", path: annotation, value: JSON.stringify(mark) },
  ];
}
