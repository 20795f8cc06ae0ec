import type { Trouble } from "../cluster/health.ts";
import { isDisabling } from "../cluster/preflight.ts";
import type { Subscription } from "../cluster/subscription.ts";
import type { Failed, Progressing } from "../verdict/finding.ts";
import type { Place } from "./awaited.ts";
import { forbidden, refusal } from "./forbidden.ts";

/** An API server that restarts is back by then; one that has not answered by then is unreachable. */
export const FIRST_ANSWER_MILLISECONDS = 60_000;

/** Somebody may log in again, or whoever issues or checks credentials may be back by then: the next request has the new ones. */
export const CREDENTIALS_MILLISECONDS = 10_000;

type Unauthorized = Extract<Trouble, { kind: "unauthorized" }>;
type Unreachable = Extract<Trouble, { kind: "unreachable" }>;

/**
 * What the watches themselves have to say: the verdict while they show nothing.
 * @param answerBy when there must have been an answer, on the clock of `performance.now`
 */
export function judgeTroubles(
  place: Place,
  { troubles, lack, synced }: Pick<Subscription, "troubles" | "lack" | "synced">,
  answerBy: number,
): Failed | Progressing | undefined {
  if (isDisabling(lack)) {
    return forbidden(place, lack);
  }
  const refused = troubles.filter((trouble) => trouble.kind === "refused");
  if (refused.length > 0) {
    return refusal(place, refused);
  }
  const denied = troubles.find((trouble) => trouble.kind === "unauthorized");
  const now = performance.now();
  if (denied !== undefined && (now >= dueOf(denied) || (!synced && now >= answerBy))) {
    return unauthorized(place, denied.message);
  }
  if (synced) {
    return undefined;
  }
  const message = troubles[0]?.message;
  if (now >= answerBy) {
    return unreachable(place, message);
  }
  const text = message === undefined ? "" : `waiting for the API server: ${message}`;
  const wakeAt = denied === undefined ? answerBy : Math.min(answerBy, dueOf(denied));
  return { kind: "progressing", text, wakeAt };
}

/** When credentials have been refused for long enough, on the clock of `performance.now`. */
export function dueOf({ since }: Unauthorized): number {
  return since + CREDENTIALS_MILLISECONDS;
}

/** The verdict if nothing is seen any more. */
export function blind(place: Place, { kind, message }: Unauthorized | Unreachable): Failed {
  return kind === "unauthorized" ? unauthorized(place, message) : unreachable(place, message);
}

/** The verdict if the cluster answers nothing to this identity: what it is called there is unknown, and so is the release. */
export function unauthorized({ namespace, title }: Place, message: string): Failed {
  return {
    kind: "failed",
    reason: "cluster-unauthorized",
    object: namespace === undefined ? title : `namespace ${namespace}`,
    message,
    notes: [
      `what is applied stays, and Kubernetes continues with it; whether ${title} is ready is unknown: the next pulumi up with credentials that are accepted finds out`,
    ],
  };
}

/** The verdict if the cluster does not answer. */
export function unreachable(
  { namespace, title }: Place,
  message = "no answer to the first lists",
): Failed {
  return {
    kind: "failed",
    reason: "cluster-unreachable",
    object: namespace === undefined ? title : `namespace ${namespace}`,
    message: `the API server does not answer: ${message}`,
  };
}

/** The verdict of a run that was asked to stop. */
export function interrupted({ title }: Place): Failed {
  return {
    kind: "failed",
    reason: "interrupted",
    object: title,
    message: "the run was interrupted before its verdict; the next pulumi up judges again",
  };
}
