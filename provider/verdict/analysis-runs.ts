import { type AnalysisRun, currentReplicaSet, ROLLOUT_HASH } from "./argo-rollout.ts";
import type { Observed } from "./objects.ts";

/** Set by Argo Rollouts on its revisions' ReplicaSets, and on what it measures of them. */
export const ROLLOUT_REVISION = "rollout.argoproj.io/revision";

/** Set by Argo Rollouts on what it measures: when in a rollout that is. */
export const WHEN = "rollout-type";

/** Of what Slipway has measured itself: see `FirstWatch`. */
export const FIRST = "First";

/** Set by Argo Rollouts on what it measures at a step of a canary: the step's number, from 0. */
const STEP = "step-index";

/**
 * What was measured of a release, in the order in which it began. The same pods may have been released before, with other limits, and what
 * was measured then says nothing of now: that is another revision of theirs. Of what was measured again, as after
 * `kubectl argo rollouts retry`, the last counts.
 */
export function runsOf({
  rollout,
  replicaSets,
  analysisRuns = [],
}: Pick<Observed, "rollout" | "replicaSets" | "analysisRuns">): readonly AnalysisRun[] {
  const hash = rollout?.status?.currentPodHash;
  if (rollout === undefined || hash === undefined) {
    return [];
  }
  const revision = revisionOf(currentReplicaSet(rollout, replicaSets)) ?? "";
  const own = analysisRuns
    .filter(({ metadata }) => metadata?.labels?.[ROLLOUT_HASH] === hash)
    .filter((run) => revision === "" || (revisionOf(run) ?? revision) === revision)
    .toSorted((one, other) => startOf(one) - startOf(other));
  return [...new Map(own.map((run) => [whenOf(run), run])).values()];
}

/** The step of a canary at which something was measured, from 0; undefined for what was measured elsewhere. */
export function stepOf({ metadata }: AnalysisRun): number | undefined {
  const text = metadata?.labels?.[STEP];
  return text === undefined ? undefined : Number(text);
}

/** Whether Slipway itself has it measured, after a first release. */
export function isFirst({ metadata }: AnalysisRun): boolean {
  return metadata?.labels?.[WHEN] === FIRST;
}

/** Whether somebody has ended it to go on without: what is measured beside the steps, the controller ends itself. */
export function isSkipped({ metadata, spec }: AnalysisRun): boolean {
  const when = metadata?.labels?.[WHEN];
  return spec?.terminate === true && when !== undefined && when !== FIRST && when !== "Background";
}

function whenOf(run: AnalysisRun): string {
  return `${run.metadata?.labels?.[WHEN] ?? ""}/${stepOf(run) ?? ""}`;
}

function startOf({ metadata }: AnalysisRun): number {
  return Date.parse(metadata?.creationTimestamp ?? "");
}

function revisionOf(object: Pick<AnalysisRun, "metadata"> | undefined): string | undefined {
  return object?.metadata?.annotations?.[ROLLOUT_REVISION];
}
