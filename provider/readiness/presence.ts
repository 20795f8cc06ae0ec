import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { Change } from "../../wire/plugin.ts";
import { changedPaths } from "../input-schema.ts";
import type { Run } from "../resource.ts";
import { stateOf } from "./state.ts";

/** A look that has no answer by then must not hold up a run that changes nothing. */
const ANSWER_MILLISECONDS = 5000;

/**
 * Whether nothing changes of a release that was ready, and its Deployment does not exist any more. The engine compares with
 * its state, which still has what somebody has deleted: nothing else would say so. No answer, or no right to look, is no.
 */
export async function isGone(
  { cluster, signal }: Run,
  { oldInputs, oldOutputs, news }: Change,
): Promise<boolean> {
  const isReady = stateOf(oldOutputs).release?.verdict === "ready";
  if (!isReady || changedPaths(oldInputs, news).length > 0) {
    return false;
  }
  const { namespace, deployment } = news as unknown as ReadinessInputs;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MILLISECONDS)]);
  try {
    return (await cluster().deployment(namespace, deployment, limit)) === undefined;
  } catch {
    return false;
  }
}
