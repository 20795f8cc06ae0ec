import type { ControllerReport } from "../../contract/hand-off.ts";
import { artifactOf } from "../../contract/hand-off-target.ts";
import { oneLine } from "../cluster/one-line.ts";
import { groupOf } from "../verdict/object-kinds.ts";
import {
  type Asked,
  type Assessment,
  type Condition,
  type Fault,
  isSameRepository,
  missingFrom,
  plainPath,
} from "./assessment.ts";
import { type FluxSource, type Kustomization, revisionIn } from "./kustomization.ts";
import { short, type Standing } from "./lineage.ts";
import { isRefusal } from "./refusal.ts";

/** A controller that has just begun says something else in a moment. */
const SOON_SECONDS = 3;
/** Longer than a server that restarts, or a definition that was applied just now. */
const PASSING_SECONDS = 30;
/** Who is about to make it has done so by then. */
const LATE_SECONDS = 20;

/** What Flux shows: the Kustomization, and its source as far as it may be read. */
export interface Shown {
  readonly kustomization: Kustomization | undefined;
  /** Null if it does not exist; undefined if it may not be read, or is none that is known. */
  readonly source?: FluxSource | null | undefined;
}

interface Seen extends Shown {
  readonly kustomization: Kustomization;
  readonly appliedRevision: string | undefined;
  readonly applied: Standing;
  readonly attempted: Standing;
  /** Of what its source has. */
  readonly fetched: Standing;
  readonly isObserved: boolean;
}

type Lasting = Fault & { readonly lasting: number };

/** The revisions that Flux names, so that they can be asked how they stand to ours. */
export function revisionsIn({ kustomization, source }: Shown): string[] {
  const { lastAppliedRevision, lastAttemptedRevision } = kustomization?.status ?? {};
  const named = [lastAppliedRevision, lastAttemptedRevision, source?.status?.artifact?.revision];
  return named.flatMap((revision) => revisionIn(revision) ?? []);
}

/** What a Kustomization of Flux shows of a hand-off. */
export function assessKustomization(shown: Shown, asked: Asked): Assessment {
  const { kustomization } = shown;
  if (kustomization === undefined) {
    const lasting = asked.isFirst ? Infinity : LATE_SECONDS;
    return failed(NO_REPORT, { reason: "not-applied", message: "does not exist", lasting });
  }
  const seen = seenOf({ ...shown, kustomization }, asked);
  const report = reportOf(seen);
  const taker = [seen.applied, seen.attempted].find(({ kind }) => kind === "foreign");
  if (taker?.kind === "foreign") {
    return failed(report, { reason: "superseded", message: taker.words, lasting: 0 });
  }
  if (isApplied(seen)) {
    const missing = missingOf(seen, asked);
    return missing === undefined
      ? { kind: "applied", isSettled: true, report }
      : failed(report, missing);
  }
  const fault = neglectOf(seen) ?? sourceFaultOf(seen, asked) ?? failureOf(seen);
  return fault === undefined
    ? { kind: "waiting", text: progressOf(seen), report }
    : failed(report, fault);
}

function seenOf(shown: Shown & Pick<Seen, "kustomization">, asked: Asked): Seen {
  const { metadata = {}, status = {} } = shown.kustomization;
  const appliedRevision = revisionIn(status.lastAppliedRevision);
  const attempted = revisionIn(status.lastAttemptedRevision);
  // What has failed is not counted as observed: only the condition says of which generation it is.
  const ready = conditionOf(status.conditions, "Ready");
  const observed = ready?.observedGeneration ?? status.observedGeneration ?? 0;
  const standing = (revision: string | undefined): Standing =>
    revision === undefined ? { kind: "unknown" } : asked.standing(revision);
  return {
    ...shown,
    appliedRevision,
    applied: standing(appliedRevision),
    attempted: standing(attempted),
    fetched: standing(revisionIn(shown.source?.status?.artifact?.revision)),
    isObserved: observed >= (metadata.generation ?? 0),
  };
}

const NO_REPORT: ControllerReport = {
  sync: null,
  health: null,
  revision: null,
  drift: [],
  selfHeal: null,
};

function reportOf({ kustomization, appliedRevision }: Seen): ControllerReport {
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

/** Whether it has applied what was handed off; that its objects are healthy is what the verdict looks at. */
function isApplied(seen: Seen): boolean {
  const { kustomization, applied, attempted, isObserved } = seen;
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

function missingOf({ kustomization }: Seen, asked: Asked): Lasting | undefined {
  const entries = kustomization.status?.inventory?.entries ?? [];
  const ids = new Set(entries.map(({ id }) => id));
  const missing = missingFrom(asked.workloads, ({ apiVersion, kind, name, namespace = "" }) =>
    ids.has(`${namespace}_${name}_${groupOf(apiVersion)}_${kind}`),
  );
  if (missing.length === 0) {
    return undefined;
  }
  const path = plainPath(kustomization.spec?.path);
  const looks = path === "" ? "the whole source" : `path ${path}`;
  const wanted = "git" in asked.to ? `, not at ${asked.to.path}` : "";
  const message = `it has applied ${short(asked.revision)}, and has no ${missing.join(", ")}: it looks at ${looks}${wanted}`;
  return { reason: "not-applied", message, lasting: LATE_SECONDS };
}

/** Why it does nothing. */
function neglectOf({ kustomization, source }: Seen): Lasting | undefined {
  const reason = "not-applied";
  const { metadata, spec } = kustomization;
  if (metadata?.deletionTimestamp !== undefined) {
    const message = `it is being deleted since ${metadata.deletionTimestamp}`;
    return { reason, message, lasting: SOON_SECONDS };
  }
  if (spec?.suspend === true) {
    const notes = ["flux resume kustomization continues it"];
    return { reason, message: "it is suspended", notes, lasting: SOON_SECONDS };
  }
  if (source?.spec?.suspend === true) {
    const message = `its source, ${titleOf(kustomization)}, is suspended`;
    return { reason, message, lasting: SOON_SECONDS };
  }
  return undefined;
}

/** Why its source does not bring what was handed off. */
function sourceFaultOf(seen: Seen, asked: Asked): Lasting | undefined {
  const { kustomization, source, attempted } = seen;
  const reason = "not-applied";
  const title = titleOf(kustomization);
  if (source === null) {
    return { reason, message: `its source, ${title}, does not exist`, lasting: LATE_SECONDS };
  }
  if (source === undefined || attempted.kind === "ours") {
    return undefined;
  }
  const other = otherPlace(source, asked);
  if (other !== undefined) {
    return { reason, message: `its source, ${title}, ${other}`, lasting: SOON_SECONDS };
  }
  const ready = conditionOf(source.status?.conditions, "Ready");
  if (ready?.status !== "False") {
    return undefined;
  }
  const message = `its source, ${title}, is not ready: ${saidBy(ready)}`;
  return { reason, message, lasting: PASSING_SECONDS };
}

/** What a source follows instead. */
function otherPlace({ spec = {}, status }: FluxSource, asked: Asked): string | undefined {
  const { url = "", ref = {} } = spec;
  const { to } = asked;
  const wanted = "git" in to ? to.branch : artifactOf(to.oci).tag;
  const followed = "git" in to ? branchOf(ref) : tagOf(ref);
  if (followed !== wanted) {
    return `follows ${oneLine(followed, 100)}, not ${wanted}`;
  }
  const there = "git" in to ? to.git : `oci://${artifactOf(to.oci).repository}`;
  const revision = revisionIn(status?.artifact?.revision);
  const isStrange = revision !== undefined && asked.standing(revision).kind === "unknown";
  return isStrange && !isSameRepository(url, there)
    ? `looks at ${oneLine(url, 200)}, not at ${there}: revision ${short(revision)} is unknown there`
    : undefined;
}

/** As Flux reads a reference: the most exact one counts. */
function branchOf({
  commit,
  name,
  semver,
  tag,
  branch,
}: NonNullable<FluxSource["spec"]>["ref"] & {}) {
  if (commit !== undefined) {
    return `commit ${commit}`;
  }
  if (name !== undefined) {
    return name.replace(/^refs\/heads\//, "");
  }
  return semver !== undefined
    ? `tag ${semver}`
    : tag !== undefined
      ? `tag ${tag}`
      : (branch ?? "master");
}

function tagOf({ digest, semver, tag }: NonNullable<FluxSource["spec"]>["ref"] & {}): string {
  return digest ?? semver ?? tag ?? "latest";
}

/** What it says of its own work. */
function failureOf({ kustomization, attempted, fetched, isObserved }: Seen): Lasting | undefined {
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

function progressOf({ kustomization, source, appliedRevision }: Seen): string {
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

function titleOf({ spec }: Kustomization): string {
  const { kind = "source", name = "" } = spec?.sourceRef ?? {};
  return `${kind.toLowerCase()} ${name}`;
}

function conditionOf(
  conditions: readonly Condition[] | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((each) => each.type === type);
}

function saidBy({ type, status = "", reason = "", message = "" }: Condition): string {
  const words = oneLine(message, 600);
  return `${reason || `${type} ${status}`}${words === "" ? "" : `: ${words}`}`;
}

function failed(report: ControllerReport, fault: Lasting): Assessment {
  return { kind: "failed", report, ...fault };
}
