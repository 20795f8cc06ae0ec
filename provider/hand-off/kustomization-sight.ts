import type { ControllerReport } from "../../contract/hand-off.ts";
import type { Asked } from "./assessment.ts";
import { conditionOf } from "./condition.ts";
import { type FluxSource, type Kustomization, revisionIn } from "./kustomization.ts";
import { type Standing, standingOf } from "./lineage.ts";

/** What Flux shows: the Kustomization, and its source as far as it may be read. */
export interface Shown {
  readonly kustomization: Kustomization | undefined;
  /** Null if it does not exist; undefined if it may not be read, or is none that is known. */
  readonly source?: FluxSource | null | undefined;
}

/** What of a Kustomization its revisions are read by. */
export interface KustomizationSight extends Shown {
  readonly kustomization: Kustomization;
  readonly appliedRevision: string | undefined;
  readonly applied: Standing;
  readonly attempted: Standing;
  /** Of what its source has. */
  readonly fetched: Standing;
  readonly isObserved: boolean;
}

/** The revisions that Flux names, so that they can be asked how they stand to ours. */
export function revisionsIn({ kustomization, source }: Shown): string[] {
  const { lastAppliedRevision, lastAttemptedRevision } = kustomization?.status ?? {};
  const named = [lastAppliedRevision, lastAttemptedRevision, source?.status?.artifact?.revision];
  return named.flatMap((revision) => revisionIn(revision) ?? []);
}

export function sightOf(
  shown: Shown & Pick<KustomizationSight, "kustomization">,
  asked: Asked,
): KustomizationSight {
  const { metadata = {}, status = {} } = shown.kustomization;
  const appliedRevision = revisionIn(status.lastAppliedRevision);
  const attempted = revisionIn(status.lastAttemptedRevision);
  // What has failed is not counted as observed: only the condition says of which generation it is.
  const ready = conditionOf(status.conditions, "Ready");
  const observed = ready?.observedGeneration ?? status.observedGeneration ?? 0;
  return {
    ...shown,
    appliedRevision,
    applied: standingOf(appliedRevision, asked),
    attempted: standingOf(attempted, asked),
    fetched: standingOf(revisionIn(shown.source?.status?.artifact?.revision), asked),
    isObserved: observed >= (metadata.generation ?? 0),
  };
}

/** What the outputs keep of a Kustomization. */
export function reportOf({ kustomization, appliedRevision }: KustomizationSight): ControllerReport {
  const ready = conditionOf(kustomization.status?.conditions, "Ready");
  const healthy = conditionOf(kustomization.status?.conditions, "Healthy");
  return {
    sync: ready === undefined ? null : `${ready.status ?? "Unknown"} ${ready.reason ?? ""}`.trim(),
    health: healthy === undefined ? null : (healthy.reason ?? healthy.status ?? null),
    revision: appliedRevision ?? null,
    drift: [],
    // It applies all that it has at each interval, unless somebody has suspended it.
    selfHeal: kustomization.spec?.suspend !== true,
  };
}
