import type { ObjectReadinessInputs } from "../../contract/object-readiness.ts";
import {
  blockedBy,
  judgeGeneration,
  livingPods,
  type ObjectAssessment,
  type Present,
  titleOf,
} from "./awaited-object.ts";
import type { Finding } from "./finding.ts";
import type { DaemonSet, Pod, StatefulSet } from "./objects.ts";
import { judgeRefusedPods } from "./refused-pods.ts";
import { stagesOf } from "./stages.ts";

/** What a StatefulSet and a DaemonSet say differently. */
interface PodSet {
  readonly desired: number;
  readonly revision: string | undefined;
  /** What stands between these pods and ready. */
  readonly judge: (pods: readonly Pod[]) => readonly Finding[];
}

/** What an object shows whose controller keeps a number of pods running, and counts them in its status. */
export function assessPodSet(
  awaited: ObjectReadinessInputs,
  observed: Present<StatefulSet | DaemonSet>,
  { desired, revision, judge }: PodSet,
): ObjectAssessment {
  const { object, pods } = observed;
  const { observedGeneration } = object.status ?? {};
  const behind = judgeGeneration(titleOf(awaited), awaited, object, observedGeneration);
  if (behind !== undefined) {
    return blockedBy(behind);
  }
  const living = livingPods(pods);
  const refused = living.length < desired ? judgeRefusedPods(awaited, observed) : [];
  const findings = [...refused, ...judge(living)];
  return { findings, text: stagesOf(living, desired, findings[0]?.message), revision };
}

/** Whether pods are left to be deleted by hand. */
export function isOnDelete({ spec }: StatefulSet | DaemonSet): boolean {
  return spec?.updateStrategy?.type === "OnDelete";
}
