import { eventsAbout, timeOf } from "./event.ts";
import type { Finding } from "./finding.ts";
import type { ObservedObject } from "./awaited-object.ts";
import { refusalOf } from "./refusal.ts";
import { outgoingOf } from "./room.ts";

/** What controllers put in front of the API server's words. */
const PREFIX = /^(?:Error creating: |create (?:Pod|Claim) .* failed error: )/;

/**
 * Why the API server takes no more pods of a controller that has no condition for it: only its events tell. What was
 * refused before a pod was made says nothing any more.
 *
 * @param title the controller's object
 */
export function judgeRefusedPods(
  title: string,
  { pods, events, neighbourhood }: ObservedObject,
  uid: string,
): Finding | undefined {
  const [refused] = eventsAbout(uid, ["FailedCreate"], events);
  const [made] = eventsAbout(uid, ["SuccessfulCreate"], events);
  if (refused === undefined || (made !== undefined && timeOf(made) > timeOf(refused))) {
    return undefined;
  }
  const message = (refused.message ?? "the API server takes no more pods").replace(PREFIX, "");
  const own = { deployments: [], replicaSets: [], pods };
  const bornAt = timeOf(refused);
  return {
    ...refusalOf(message, outgoingOf(neighbourhood ?? own)),
    object: title,
    message,
    ...(bornAt !== "" && { bornAt }),
  };
}
