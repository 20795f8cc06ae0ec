import type { Event } from "./objects.ts";

/** When an event was last seen, ISO 8601; empty if it does not say. */
export function timeOf({ lastTimestamp, eventTime, series, metadata }: Event): string {
  return lastTimestamp ?? series?.lastObservedTime ?? eventTime ?? metadata.creationTimestamp ?? "";
}

/** The events about an object that have one of these reasons, the latest first. */
export function eventsAbout(
  uid: string,
  reasons: readonly string[],
  events: readonly Event[],
): Event[] {
  const isAbout = ({ involvedObject, reason = "" }: Event) =>
    involvedObject.uid === uid && reasons.includes(reason);
  return events.filter(isAbout).sort((one, other) => timeOf(other).localeCompare(timeOf(one)));
}
