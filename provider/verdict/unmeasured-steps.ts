import { isProof, progressOf } from "./analysis.ts";
import { isFirst, isSkipped, runsOf, stepOf } from "./analysis-runs.ts";
import type { Observed } from "./objects.ts";

/** Skipped by a person, or by the controller, which switches back to pods that it has not taken away yet. */
export const NONE_MEASURED =
  "none of its steps was measured: they were skipped, as by kubectl argo rollouts promote --full, or by a switch back to pods that were still there";

const SOME =
  "measured steps were skipped, as by kubectl argo rollouts promote: nothing was measured there to the end";

const ENDED =
  "what was measured of it was ended before its time, as by kubectl argo rollouts promote";

/** What is to be said of a release that has just become ready, whose steps were not all measured. */
export function unmeasuredNotes(observed: Observed): string[] {
  const runs = runsOf(observed);
  // A first release is measured by itself.
  if (runs.length === 0 || runs.some(isFirst)) {
    return [];
  }
  const steps = observed.rollout?.spec?.strategy?.canary?.steps ?? [];
  const measured = new Set(runs.filter(isProof).map(stepOf));
  const asked = steps.flatMap(({ analysis }, index) => (analysis === undefined ? [] : [index]));
  const missing = asked.filter((index) => !measured.has(index));
  const others = runs.filter((run) => stepOf(run) === undefined && isSkipped(run) && !isProof(run));
  return [
    ...(missing.length === 0 ? [] : [`${missing.length} of its ${asked.length} ${SOME}`]),
    ...others.map((run) => `${ENDED}: ${progressOf(run)}`),
  ];
}

/** Whether a warning in a record says that steps were not measured. */
export function isUnmeasuredNote(warning: string): boolean {
  return warning === NONE_MEASURED || warning.endsWith(SOME) || warning.startsWith(ENDED);
}
