import { isDeepStrictEqual } from "node:util";

import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { Cluster } from "../cluster.ts";
import type { Stored } from "../readiness/state.ts";
import { called, scopeOf } from "../release-words.ts";
import type { Mark } from "../rollback/mark.ts";
import { type Plan, restorable, stay, targetOf } from "../rollback/plan.ts";
import { type JobTemplate, restore } from "../rollback/restore.ts";
import { type Outcome, resting } from "../rollback/rollback.ts";
import type { Finding } from "../verdict/finding.ts";
import { asDeployment, type CronJob } from "../verdict/objects.ts";
import { REASONS } from "../verdict/reasons.ts";

/** What is to be done about a release that failed: a template to restore, or none. */
export type SchedulePlan = Plan<JobTemplate>;

/** Decides whether the last release that was ready is to be restored. */
export function planSchedule(
  release: ReadinessInputs,
  { reason }: Finding,
  { lastReady, lastReadyTemplate }: Omit<Stored, "release" | "history">,
  live: CronJob | undefined,
): SchedulePlan {
  // A Job that fails says of itself what is the release's fault here.
  if (!REASONS[reason].rollsBack && reason !== "job-failed") {
    return { kind: "stay", why: undefined };
  }
  const to = restorable(release, lastReady);
  if (to.kind === "stay") {
    return to;
  }
  const target = targetOf(to, release);
  if (lastReadyTemplate === undefined) {
    return stay(`the state does not have the template of ${target} which is too long`);
  }
  const template = JSON.parse(lastReadyTemplate) as JobTemplate;
  return isDeepStrictEqual(template, live?.spec.jobTemplate)
    ? stay(`${target} has the same template`)
    : { kind: "restore", to, template };
}

/** Restores an earlier template. It was proved when it was released, so that nothing of it runs again before its time. */
export async function restoreSchedule(
  cluster: Cluster,
  release: ReadinessInputs,
  judged: CronJob,
  { to, template, mark }: Extract<SchedulePlan, { to: unknown }> & { readonly mark: Mark },
  signal: AbortSignal,
): Promise<Outcome> {
  const { service } = release;
  const target = called(to, release);
  const restoration = await restore(cluster, {
    release,
    judged: asDeployment(judged),
    template,
    mark,
    signal,
  });
  return restoration.kind === "restored"
    ? {
        running: resting(to),
        report: `${service}: rolled back to ${target}, whose template was proved when it was released; ${scopeOf(release, to)}`,
      }
    : { running: null, report: `${service}: not rolled back to ${target}: ${restoration.why}` };
}
