import { isDisabling } from "../cluster/preflight.ts";
import type { Subscription } from "../cluster/subscription.ts";
import type { Failed, Progressing } from "../verdict/finding.ts";
import type { Place } from "./awaited.ts";
import { forbidden, refusal } from "./forbidden.ts";

/** An API server that restarts is back by then; one that has not answered by then is unreachable. */
export const FIRST_ANSWER_MILLISECONDS = 60_000;

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
  if (synced) {
    return undefined;
  }
  const message = troubles[0]?.message;
  if (performance.now() >= answerBy) {
    return unreachable(place, message);
  }
  const text = message === undefined ? "" : `waiting for the API server: ${message}`;
  return { kind: "progressing", text, wakeAt: answerBy };
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
