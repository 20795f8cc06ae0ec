import type { Change } from "../../wire/plugin.ts";
import type { Run } from "../resource.ts";
import { changesOf } from "./changes.ts";
import { quickLook } from "./quick-look.ts";
import { stateOf } from "./state.ts";

/**
 * Whether nothing changes of a release that was ready, and its Deployment does not exist any more. The engine compares with
 * its state, which still has what somebody has deleted: nothing else would say so. No answer, or no right to look, is no.
 */
export async function isGone(run: Run, { oldInputs, oldOutputs, news }: Change): Promise<boolean> {
  const isReady = stateOf(oldOutputs).release?.verdict === "ready";
  const isSame = changesOf(oldInputs, news).length === 0;
  return isReady && isSame && (await quickLook(run, news, (live) => live === undefined));
}
