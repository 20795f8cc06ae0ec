import type { ReadinessInputs } from "../../contract/readiness";
import { isDisabling } from "../cluster/preflight";
import type { Subscription } from "../cluster/subscription";
import type { Finding, Verdict } from "../verdict/finding";
import { forbidden, refusal } from "./forbidden";

/** An API server that restarts is back by then; one that was not reached at all until then is not there. */
export const FIRST_ANSWER_MILLISECONDS = 60_000;

/**
 * What the watches themselves have to say: the verdict while they show nothing.
 * @param answerBy when there must have been an answer, on the clock of `performance.now`
 */
export function judgeTroubles(
  release: ReadinessInputs,
  { troubles, lack, synced }: Subscription,
  answerBy: number,
): Exclude<Verdict, { kind: "ready" }> | undefined {
  if (isDisabling(lack)) {
    return forbidden(release, lack);
  }
  const refused = troubles.filter((trouble) => trouble.kind === "refused");
  if (refused.length > 0) {
    return refusal(release, refused);
  }
  if (synced) {
    return undefined;
  }
  const message = troubles[0]?.message;
  if (performance.now() >= answerBy) {
    return unreachable(release, message);
  }
  const text = message === undefined ? "" : `waits for the API server: ${message}`;
  return { kind: "progressing", text, wakeAt: answerBy };
}

/** The verdict where nothing is heard of the cluster. */
export function unreachable(
  { namespace }: ReadinessInputs,
  message = "no answer to the first lists",
): { readonly kind: "failed" } & Finding {
  return {
    kind: "failed",
    reason: "cluster-unreachable",
    object: `namespace ${namespace}`,
    message: `the API server does not answer: ${message}`,
  };
}

/** The verdict of a run that was told to stop. */
export function interrupted({
  deployment,
}: ReadinessInputs): { readonly kind: "failed" } & Finding {
  return {
    kind: "failed",
    reason: "interrupted",
    object: `deployment ${deployment.name}`,
    message: "the run was interrupted before there was a verdict; the next pulumi up judges again",
  };
}
