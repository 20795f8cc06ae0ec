import { isDeepStrictEqual } from "node:util";

import type { ControllerReport, DriftedField } from "../../contract/hand-off.ts";
import { artifactOf } from "../../contract/hand-off-target.ts";
import { oneLine } from "../cluster/one-line.ts";
import { groupOf } from "../verdict/object-kinds.ts";
import {
  type Application,
  type ApplicationResource,
  type ApplicationSource,
  isOfFolder,
  isPresent,
  isWhole,
  type OperationState,
  revisionAt,
  sourcesOf,
} from "./application.ts";
import {
  type Asked,
  type Assessment,
  type Fault,
  isSameRepository,
  missingFrom,
  plainPath,
} from "./assessment.ts";
import { short, type Standing } from "./lineage.ts";
import { isRefusal } from "./refusal.ts";

/** A controller that has just begun, or a cache that is behind, says something else in a moment. */
const SOON_SECONDS = 3;
/** Longer than a repository server that restarts, or a network that fails once. */
const PASSING_SECONDS = 30;
/** Who is about to make it, or to list its objects, has done so by then. */
const LATE_SECONDS = 20;

const RUNNING = new Set(["Running", "Terminating"]);
const FAILED = new Set(["Failed", "Error"]);

/** Words of Argo CD that say that nothing of ours was looked at. */
const UNREAD =
  /path does not exist|authentication|permission denied|unable to resolve|not permitted|failed to (?:list refs|fetch|get repo)|repository not (?:found|accessible)|connection refused|no such host/i;

/** For so long Argo CD takes a branch to be where it was, unless it is asked to look. */
const REMEMBERED_MILLISECONDS = 180_000;

/** What of an Application its revisions are read by. */
interface Seen {
  readonly app: Application;
  readonly source: ApplicationSource | undefined;
  readonly compared: Standing;
  readonly comparedRevision: string | undefined;
  readonly attempted: Standing;
  readonly attemptedRevision: string | undefined;
  /** Of what it has applied as a whole last: self-heal applies parts of that, with operations of their own. */
  readonly deployed: Standing;
}

/** The revisions that an Application names, so that it can be asked how they stand to ours. */
export function revisionsOf(app: Application | undefined, asked: Pick<Asked, "to">): string[] {
  const index = app === undefined ? -1 : indexOf(app, asked);
  const { sync = {}, operationState, history = [] } = app?.status ?? {};
  const { syncResult = {}, operation } = operationState ?? {};
  const named = [sync, syncResult, operation?.sync ?? {}, history.at(-1) ?? {}];
  return named.flatMap((each) => revisionAt(each, Math.max(index, 0)) ?? []);
}

/** What an Application of Argo CD shows of a hand-off. */
export function assessApplication(app: Application | undefined, asked: Asked): Assessment {
  if (app === undefined) {
    const message = "does not exist";
    return failed(
      NO_REPORT,
      { reason: "not-applied", message },
      asked.isFirst ? Infinity : LATE_SECONDS,
    );
  }
  const seen = seenOf(app, asked);
  const report = reportOf(seen);
  const taker = [seen.compared, seen.attempted].find(({ kind }) => kind === "foreign");
  if (taker?.kind === "foreign") {
    return failed(report, { reason: "superseded", message: taker.words }, 0);
  }
  if (isApplied(seen)) {
    return applied(seen, report, asked);
  }
  const retried = retriedOf(seen);
  const fault =
    failureOf(seen) ??
    (retried?.lasting === Infinity ? undefined : retried) ??
    conditionOf(seen, asked) ??
    neglectOf(seen, asked) ??
    retried;
  return fault === undefined
    ? { kind: "waiting", text: progressOf(seen), report }
    : failed(report, fault, fault.lasting);
}

function seenOf(app: Application, asked: Asked): Seen {
  const index = indexOf(app, asked);
  const { sync = {}, operationState, history = [] } = app.status ?? {};
  const { syncResult, operation } = operationState ?? {};
  const at = Math.max(index, 0);
  const comparedRevision = revisionAt(sync, at);
  const attemptedRevision =
    revisionAt(syncResult ?? {}, at) ?? revisionAt(operation?.sync ?? {}, at);
  const standing = (revision: string | undefined): Standing =>
    revision === undefined ? { kind: "unknown" } : asked.standing(revision);
  return {
    app,
    source: sourcesOf(app)[index],
    comparedRevision,
    compared: standing(comparedRevision),
    attemptedRevision,
    attempted: standing(attemptedRevision),
    deployed: standing(revisionAt(history.at(-1) ?? {}, at)),
  };
}

/** Which of several sources it is: the one that fits best. -1 if there is none. */
function indexOf(app: Application, { to }: Pick<Asked, "to">): number {
  const scores = sourcesOf(app).map((source) => {
    const { repoURL = "", path } = source;
    if (!("git" in to)) {
      return isSameRepository(repoURL, artifactOf(to.oci).repository) ? 2 : 0;
    }
    const isPath = plainPath(path) === plainPath(to.path) && source.ref === undefined;
    return (isSameRepository(repoURL, to.git) ? 2 : 0) + (isPath ? 1 : 0);
  });
  return scores.indexOf(Math.max(...scores));
}

const NO_REPORT: ControllerReport = {
  sync: null,
  health: null,
  revision: null,
  drift: [],
  selfHeal: null,
};

function reportOf({ app, comparedRevision }: Seen): ControllerReport {
  const { sync, health } = app.status ?? {};
  const automated = automationOf(app);
  return {
    sync: sync?.status ?? null,
    health: health?.status ?? null,
    revision: comparedRevision ?? null,
    drift: driftedIn(app),
    selfHeal: automated?.selfHeal ?? false,
  };
}

function automationOf({ spec }: Application) {
  const automated = spec?.syncPolicy?.automated;
  return automated?.enabled === false ? undefined : automated;
}

function driftedIn({ status }: Application): readonly DriftedField[] {
  return (status?.resources ?? [])
    .filter((resource) => resource.status === "OutOfSync" && resource.hook !== true)
    .map((resource) => ({ object: titleOf(resource), field: "", writer: null }));
}

function titleOf({ kind = "", name = "" }: ApplicationResource): string {
  return `${kind.toLowerCase()} ${name}`;
}

/** Whether it has applied what was handed off, or found that there is nothing to apply. */
function isApplied(seen: Seen): boolean {
  const { app, compared, attempted } = seen;
  const { sync = {}, operationState } = app.status ?? {};
  const isRunning = RUNNING.has(operationState?.phase ?? "");
  if (
    attempted.kind === "ours" &&
    operationState !== undefined &&
    isPresent(app, operationState.syncResult ?? {})
  ) {
    const isDone = operationState.phase === "Succeeded" && isWhole(operationState);
    if (isDone || isRepair(seen, operationState) || (isRunning && awaitsHealth(seen))) {
      return true;
    }
  }
  const isEqual = sync.status === "Synced" || isOnlyPruning(app);
  return compared.kind === "ours" && isEqual && !isRunning && isCompared(app);
}

/** Whether an operation leaves what was applied as a whole before: it applies a part of it again, or is for show. */
function isRepair({ app, deployed }: Seen, operation: OperationState): boolean {
  return (
    deployed.kind === "ours" &&
    isPresent(app, app.status?.history?.at(-1) ?? {}) &&
    !isWhole(operation) &&
    !isOfFolder(operation) &&
    !FAILED.has(operation.phase ?? "")
  );
}

/** Whether the last comparison is of the Application as it is now. */
function isCompared({ spec = {}, status = {} }: Application): boolean {
  const { source, sources } = status.sync?.comparedTo ?? {};
  const isSame = (one: unknown, other: unknown) =>
    one === undefined || isDeepStrictEqual(one, other);
  return (
    spec.sourceHydrator !== undefined ||
    (isSame(spec.source, source) && isSame(spec.sources, sources))
  );
}

/** It has applied the objects, and waits until they are healthy: that is what the verdict looks at. */
function awaitsHealth({ app }: Seen): boolean {
  return /^waiting for healthy state of /i.test(app.status?.operationState?.message ?? "");
}

/** Without automated pruning it begins no operation for what is too many. */
function isOnlyPruning(app: Application): boolean {
  const others = (app.status?.resources ?? []).filter(({ status }) => status === "OutOfSync");
  return (
    automationOf(app)?.prune !== true &&
    others.length > 0 &&
    others.every(({ requiresPruning }) => requiresPruning === true)
  );
}

function applied(seen: Seen, report: ControllerReport, asked: Asked): Assessment {
  const { app } = seen;
  const { resources = [], reconciledAt, operationState } = app.status ?? {};
  const missing = missingFrom(asked.workloads, ({ apiVersion, kind, name, namespace }) =>
    resources.some(
      (each) =>
        each.kind === kind &&
        each.name === name &&
        (each.group ?? "") === groupOf(apiVersion) &&
        (namespace === undefined || (each.namespace ?? namespace) === namespace),
    ),
  );
  if (missing.length > 0) {
    const path = plainPath(seen.source?.path);
    const message = `it has applied ${short(asked.revision)}, and has no ${missing.join(", ")}: it looks at ${path === "" ? "the whole repository" : `path ${path}`}${"git" in asked.to ? `, not at ${asked.to.path}` : ""}`;
    return failed(report, { reason: "not-applied", message }, LATE_SECONDS);
  }
  const { finishedAt = "" } = operationState ?? {};
  const isLater = (Date.parse(reconciledAt ?? "") || 0) >= (Date.parse(finishedAt) || 0);
  const isSettled = isLater && (report.sync === "Synced" || isOnlyPruning(app));
  return { kind: "applied", isSettled, report };
}

type Lasting = Fault & { readonly lasting: number };

/** Its operation on this revision has failed: it does not try the same one again. */
function failureOf({ app, attempted }: Seen): Lasting | undefined {
  const { operationState } = app.status ?? {};
  const isFailed = operationState !== undefined && FAILED.has(operationState.phase ?? "");
  if (!isFailed || attempted.kind !== "ours") {
    return undefined;
  }
  const again =
    "Argo CD does not retry the same revision by itself: fix the cause, then argocd app sync, or hand off a different one";
  return { ...refusedBy(operationState, again), lasting: 0 };
}

/** Its operation on this revision has failed, and it is about to try it again. */
function retriedOf({ app, attempted }: Seen): Lasting | undefined {
  const { operationState } = app.status ?? {};
  const isWaiting = operationState?.phase === "Running" && operationState.finishedAt !== undefined;
  if (!isWaiting || attempted.kind !== "ours") {
    return undefined;
  }
  const failures = failuresOf(operationState).map(({ message = "" }) => message);
  const words = failures.length > 0 ? failures : [operationState.message ?? ""];
  return words.some(isRefusal)
    ? {
        ...refusedBy(
          operationState,
          "Argo CD tries the same revision again, which does not change this: fix the cause, or hand off a different one",
        ),
        lasting: SOON_SECONDS,
      }
    : {
        ...refusedBy(operationState, "Argo CD tries the same revision again by itself"),
        lasting: Infinity,
      };
}

function refusedBy(state: OperationState, again: string): Fault {
  const { message = "the operation failed" } = state;
  const notes = failuresOf(state)
    .slice(0, 5)
    .map((resource) => `${titleOf(resource)}: ${oneLine(resource.message ?? "")}`);
  return { reason: "sync-failed", message: oneLine(message, 600), notes: [...notes, again] };
}

function failuresOf({ syncResult }: OperationState): readonly ApplicationResource[] {
  return (syncResult?.resources ?? []).filter(({ status }) => status === "SyncFailed");
}

/** What it says of itself. */
function conditionOf({ app, compared }: Seen, asked: Asked): Lasting | undefined {
  const { conditions = [] } = app.status ?? {};
  const found = conditions.find(({ type }) =>
    /^(?:Comparison|InvalidSpec|Sync|Unknown)Error$/.test(type),
  );
  if (found === undefined) {
    return undefined;
  }
  const message = `${found.type}: ${oneLine(found.message ?? "", 600)}`;
  if (found.type === "SyncError") {
    // It may be of an earlier revision, whose failure it remembers until it looks at this one.
    return compared.kind === "ours"
      ? { reason: "sync-failed", message, lasting: SOON_SECONDS }
      : undefined;
  }
  const isUnread = found.type === "InvalidSpecError" || UNREAD.test(message);
  const reason = isUnread ? "not-applied" : "sync-failed";
  return { reason, message, lasting: hasLooked(app, asked) ? PASSING_SECONDS : Infinity };
}

/** Whether it has looked at its source since: what it says before is of what was there. */
function hasLooked({ status }: Application, { writtenAt, isRefreshed }: Asked): boolean {
  const remembered = isRefreshed ? 0 : REMEMBERED_MILLISECONDS;
  return (Date.parse(status?.reconciledAt ?? "") || 0) > writtenAt + remembered;
}

/** Why it will not look at what was handed off, or will do nothing about it. */
function neglectOf(seen: Seen, asked: Asked): Lasting | undefined {
  const { app, compared } = seen;
  const reason = "not-applied";
  if (app.metadata?.deletionTimestamp !== undefined) {
    const message = `it is being deleted since ${app.metadata.deletionTimestamp}`;
    return { reason, message, lasting: SOON_SECONDS };
  }
  const other = compared.kind === "ours" ? undefined : otherPlace(seen, asked);
  if (other !== undefined) {
    return { reason, ...other };
  }
  if (automationOf(app) !== undefined || RUNNING.has(app.status?.operationState?.phase ?? "")) {
    return undefined;
  }
  const message = "automated sync is off";
  const notes = [
    "somebody starts the sync by hand, then the next pulumi up proves it; or set spec.syncPolicy.automated",
  ];
  const lasting = compared.kind === "ours" ? SOON_SECONDS : LATE_SECONDS;
  return { reason, message, notes, lasting };
}

/** Where it looks instead. */
function otherPlace(
  { source, app, comparedRevision }: Seen,
  asked: Asked,
): Omit<Lasting, "reason"> | undefined {
  const { to, defaultBranch, standing } = asked;
  if (source === undefined) {
    return { message: "it has no source", lasting: SOON_SECONDS };
  }
  const { targetRevision = "", repoURL = "" } = source;
  const wanted = "git" in to ? to.branch : artifactOf(to.oci).tag;
  const followed = targetRevision.replace(/^refs\/heads\//, "");
  const isHead = followed === "" || followed === "HEAD";
  const isFollowed = isHead
    ? "git" in to && (defaultBranch === undefined || defaultBranch === wanted)
    : followed === wanted;
  if (!isFollowed) {
    const looks = isHead ? `HEAD, which is ${defaultBranch ?? "unknown"}` : followed;
    return { message: `it follows ${looks}, not ${wanted}`, lasting: SOON_SECONDS };
  }
  const there = "git" in to ? to.git : to.oci;
  const isStrange =
    comparedRevision !== undefined &&
    /^(?:sha256:)?[0-9a-f]{40,64}$/.test(comparedRevision) &&
    standing(comparedRevision).kind === "unknown";
  return hasLooked(app, { ...asked, isRefreshed: true }) &&
    isStrange &&
    !isSameRepository(repoURL, there)
    ? {
        message: `it looks at ${oneLine(repoURL, 200)}, not at ${there}: revision ${short(comparedRevision)} is unknown there`,
        lasting: SOON_SECONDS,
      }
    : undefined;
}

function progressOf({ app, attempted, attemptedRevision, comparedRevision }: Seen): string {
  const { operationState, reconciledAt } = app.status ?? {};
  if (RUNNING.has(operationState?.phase ?? "")) {
    const still = attempted.kind === "ours" ? "applies" : "still applies";
    const words = oneLine(operationState?.message ?? "", 200);
    return `${still} ${short(attemptedRevision ?? "")}: ${words}`;
  }
  const at = comparedRevision === undefined ? "no revision" : short(comparedRevision);
  return reconciledAt === undefined
    ? "has not looked at anything yet"
    : `is at ${oneLine(at, 60)}; it looked last at ${oneLine(reconciledAt, 40)}`;
}

function failed(report: ControllerReport, fault: Fault, lasting: number): Assessment {
  return { kind: "failed", report, ...fault, lasting };
}
