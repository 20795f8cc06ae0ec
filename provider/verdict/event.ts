import type { Event } from "./objects.ts";

/** When an event was last seen, ISO 8601; empty where it does not say. */
export function timeOf({ lastTimestamp, eventTime, series, metadata }: Event): string {
  return lastTimestamp ?? series?.lastObservedTime ?? eventTime ?? metadata.creationTimestamp ?? "";
}

/** The latest events about an object, of these reasons. */
export function eventsAbout(
  uid: string,
  reasons: readonly string[],
  events: readonly Event[],
): Event[] {
  return events
    .filter(
      ({ involvedObject, reason = "" }) => involvedObject.uid === uid && reasons.includes(reason),
    )
    .sort((one, other) => timeOf(other).localeCompare(timeOf(one)));
}
