import { oneLine } from "../cluster/one-line.ts";
import {
  type ApplicationResource,
  hasLooked,
  isFailed,
  type OperationState,
  titleOf,
} from "./application.ts";
import type { ApplicationSight } from "./application-sight.ts";
import type { Asked, Fault } from "./assessment.ts";
import { type Lasting, PASSING_SECONDS, SOON_SECONDS } from "./fault.ts";
import { isRefusal } from "./refusal.ts";

/** Objects that a message names. */
const NAMED = 5;

/** Words of Argo CD that say that nothing of ours was looked at. */
const UNREAD =
  /path does not exist|authentication|permission denied|unable to resolve|not permitted|failed to (?:list refs|fetch|get repo)|repository not (?:found|accessible)|connection refused|no such host/i;

const NEVER =
  "Argo CD does not retry the same revision by itself: fix the cause, then argocd app sync, or hand off a different one";
const AGAIN = "Argo CD tries the same revision again by itself";
const IN_VAIN =
  "Argo CD tries the same revision again, which does not change this: fix the cause, or hand off a different one";

/** Its operation on this revision has failed: it does not try the same one again. */
export function failureOf({ app, attempted }: ApplicationSight): Lasting | undefined {
  const { operationState } = app.status ?? {};
  return isFailed(operationState) && attempted.kind === "ours"
    ? { ...failureIn(operationState, NEVER), lasting: 0 }
    : undefined;
}

/** Its operation on this revision has failed, and it is about to try it again. */
export function retriedOf({ app, attempted }: ApplicationSight): Lasting | undefined {
  const { operationState } = app.status ?? {};
  const isWaiting = operationState?.phase === "Running" && operationState.finishedAt !== undefined;
  if (!isWaiting || attempted.kind !== "ours") {
    return undefined;
  }
  const failures = failuresIn(operationState).map(({ message = "" }) => message);
  const words = failures.length > 0 ? failures : [operationState.message ?? ""];
  return words.some(isRefusal)
    ? { ...failureIn(operationState, IN_VAIN), lasting: SOON_SECONDS }
    : { ...failureIn(operationState, AGAIN), lasting: Infinity };
}

function failureIn(state: OperationState, again: string): Fault {
  const { message = "the operation failed" } = state;
  const notes = failuresIn(state)
    .slice(0, NAMED)
    .map((resource) => `${titleOf(resource)}: ${oneLine(resource.message ?? "")}`);
  return { reason: "sync-failed", message: oneLine(message, 600), notes: [...notes, again] };
}

function failuresIn({ syncResult }: OperationState): readonly ApplicationResource[] {
  return (syncResult?.resources ?? []).filter(({ status }) => status === "SyncFailed");
}

/** What it says of itself. */
export function conditionOf(
  { app, compared }: ApplicationSight,
  asked: Asked,
): Lasting | undefined {
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
