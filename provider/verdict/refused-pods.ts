import type { ObjectReadinessInputs } from "../../contract/object-readiness.ts";
import { type ObservedObject, objectFinding } from "./awaited-object.ts";
import { eventsAbout, timeOf } from "./event.ts";
import type { Finding } from "./finding.ts";
import { refusalOf } from "./refusal.ts";

/** What controllers put in front of the API server's words. */
const PREFIX = /^(?:Error creating: |create (?:Pod|Claim) .* failed error: )/;

/**
 * Why the API server accepts no more pods of a controller that has no condition for it: only its events say so. A
 * refusal from before the last created pod no longer counts.
 */
export function judgeRefusedPods(
  awaited: Pick<ObjectReadinessInputs, "kind" | "name" | "uid">,
  { pods, events, neighbourhood }: Pick<ObservedObject, "pods" | "events" | "neighbourhood">,
): Finding[] {
  const refusals = eventsAbout(awaited.uid, ["FailedCreate"], events);
  const [refused] = refusals;
  const [created] = eventsAbout(awaited.uid, ["SuccessfulCreate"], events);
  if (refused === undefined || (created !== undefined && timeOf(created) > timeOf(refused))) {
    return [];
  }
  const message = (refused.message ?? "the API server accepts no more pods").replace(PREFIX, "");
  const own = { deployments: [], replicaSets: [], pods };
  const { reason, ...time } = refusalOf(message, neighbourhood ?? own, refusals);
  const bornAt = timeOf(refused) || undefined;
  return [objectFinding(awaited, reason, message, { ...time, bornAt })];
}
