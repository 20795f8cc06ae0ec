import type { HandOffRestoration, HandOffRestored } from "../../contract/hand-off.ts";
import { awaitApplied } from "./await-applied.ts";
import { controllerOf } from "./controller.ts";
import { askedOf, seenAfter } from "./seen.ts";
import { atTarget } from "./target.ts";
import type { Tools } from "./tools.ts";

/** A restoration is waited for as long as it takes a controller that looks now and then. */
const TIMEOUT_SECONDS = 300;

/**
 * Restores what was there before a hand-off, with a commit of its own or by leading the tag back, and waits until that is applied.
 *
 * @throws Error if somebody has changed it since, or it cannot be written
 */
export async function takeBack(taken: HandOffRestoration, tools: Tools): Promise<HandOffRestored> {
  const { registries, signal, progress } = tools;
  const { timeoutSeconds = TIMEOUT_SECONDS } = taken;
  const controller = controllerOf(taken, tools.api);
  const delivery = { ...taken, source: {} };
  return atTarget(delivery, registries, signal, async (target) => {
    const restored = await target.restore(taken);
    if (restored === undefined) {
      return { revision: null };
    }
    const { revision, previous } = restored;
    const asked = await askedOf(taken, target, { revision, isFirst: false });
    const lineage = target.lineage({ revision, changed: previous !== null });
    const waiting = { asked, lineage, seconds: timeoutSeconds, signal, progress };
    const ended = await awaitApplied(controller, waiting);
    // What it was before is not known here field by field: only that its objects are there.
    const handed = { objects: [], workloads: taken.workloads };
    const { controller: report, failure } = await seenAfter(ended, handed, controller, tools);
    return { revision, controller: report, ...(failure && { failure }) };
  });
}
