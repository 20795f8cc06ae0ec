import { groupOf } from "../verdict/object-kinds.ts";
import { type Asked, type Assessment, plainPath } from "./assessment.ts";
import { conditionOf, saidBy } from "./condition.ts";
import {
  absent,
  failed,
  lacking,
  type Lasting,
  PASSING_SECONDS,
  SOON_SECONDS,
  takenOver,
} from "./fault.ts";
import { revisionIn } from "./kustomization.ts";
import { neglectOf, sourceFaultOf } from "./kustomization-neglect.ts";
import { type KustomizationSight, reportOf, type Shown, sightOf } from "./kustomization-sight.ts";
import { short } from "./lineage.ts";
import { isRefusal } from "./refusal.ts";

/** What a Kustomization of Flux shows of a hand-off. */
export function assessKustomization(shown: Shown, asked: Asked): Assessment {
  const { kustomization } = shown;
  if (kustomization === undefined) {
    return absent(asked);
  }
  const sight = sightOf({ ...shown, kustomization }, asked);
  const report = reportOf(sight);
  const taken = takenOver(report, [sight.applied, sight.attempted]);
  if (taken !== undefined) {
    return taken;
  }
  if (isApplied(sight)) {
    const lack = lackOf(sight, asked);
    return lack === undefined ? { kind: "applied", isSettled: true, report } : failed(report, lack);
  }
  const fault = neglectOf(sight) ?? sourceFaultOf(sight, asked) ?? failureOf(sight);
  return fault === undefined
    ? { kind: "waiting", text: progressOf(sight), report }
    : failed(report, fault);
}

/** Whether it has applied what was handed off; that its objects are healthy is what the verdict looks at. */
function isApplied(sight: KustomizationSight): boolean {
  const { kustomization, applied, attempted, isObserved } = sight;
  const { conditions } = kustomization.status ?? {};
  const ready = conditionOf(conditions, "Ready");
  if (
    applied.kind === "ours" &&
    attempted.kind === "ours" &&
    isObserved &&
    ready?.status === "True"
  ) {
    return true;
  }
  const reconciling = conditionOf(conditions, "Reconciling");
  const checks = /^Running health checks for revision /.test(reconciling?.message ?? "");
  const isUnhealthy = ready?.status === "False" && ready.reason === "HealthCheckFailed";
  return attempted.kind === "ours" && (checks || (isUnhealthy && isObserved));
}

function lackOf({ kustomization }: KustomizationSight, asked: Asked): Lasting | undefined {
  const entries = kustomization.status?.inventory?.entries ?? [];
  const ids = new Set(entries.map(({ id }) => id));
  const path = plainPath(kustomization.spec?.path);
  const looksAt = path === "" ? "the whole source" : `path ${path}`;
  return lacking(asked, looksAt, ({ apiVersion, kind, name, namespace = "" }) =>
    ids.has(`${namespace}_${name}_${groupOf(apiVersion)}_${kind}`),
  );
}

/** What it says of its own work. */
function failureOf({
  kustomization,
  attempted,
  fetched,
  isObserved,
}: KustomizationSight): Lasting | undefined {
  const ready = conditionOf(kustomization.status?.conditions, "Ready");
  if (ready?.status !== "False" || !isObserved) {
    return undefined;
  }
  const message = saidBy(ready);
  switch (ready.reason) {
    case "BuildFailed":
    case "PruneFailed":
    case "ReconciliationFailed": {
      const isLasting = ready.reason === "BuildFailed" || isRefusal(message);
      const lasting = isLasting ? SOON_SECONDS : PASSING_SECONDS;
      return attempted.kind === "ours" ? { reason: "sync-failed", message, lasting } : undefined;
    }
    case "DependencyNotReady":
    case "HealthCheckFailed":
    case "HealthCheckCanceled":
      return undefined;
    default: {
      // Until its source has what was handed off, it speaks of what was there before.
      const lasting = fetched.kind === "ours" ? PASSING_SECONDS : Infinity;
      return { reason: "not-applied", message, lasting };
    }
  }
}

function progressOf({ kustomization, source, appliedRevision }: KustomizationSight): string {
  const { conditions = [] } = kustomization.status ?? {};
  if (conditions.length === 0) {
    return "has reported nothing yet, as if its controller were down";
  }
  const said = conditionOf(conditions, "Reconciling") ?? conditionOf(conditions, "Ready");
  const at = appliedRevision === undefined ? "no revision" : short(appliedRevision);
  const words = said?.message === undefined ? "" : `; ${saidBy(said)}`;
  const fetched = revisionIn(source?.status?.artifact?.revision);
  const has = fetched === undefined ? "" : `, its source has ${short(fetched)}`;
  return `is at ${at}${has}${words}`;
}
