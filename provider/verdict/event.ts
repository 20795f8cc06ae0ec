import type { Event } from "./objects.ts";

type ByObject = ReadonlyMap<string | undefined, readonly Event[]>;

/** What lists of events were sorted into: to look through all of them for each pod would take the square of the time. */
const SORTED = new WeakMap<readonly Event[], ByObject>();

/** When an event was last seen, ISO 8601; empty if it does not say. */
export function timeOf({ lastTimestamp, eventTime, series, metadata }: Event): string {
  return lastTimestamp ?? series?.lastObservedTime ?? eventTime ?? metadata.creationTimestamp ?? "";
}

/** Those of these events that are about an object. */
export function eventsOf(uid: string, events: readonly Event[]): readonly Event[] {
  const sorted =
    SORTED.get(events) ?? Map.groupBy(events, ({ involvedObject }) => involvedObject.uid);
  SORTED.set(events, sorted);
  return sorted.get(uid) ?? [];
}

/** Whether an event about a pod is about this container. */
export function isAboutContainer({ involvedObject }: Event, container: string): boolean {
  return involvedObject.fieldPath?.includes(`{${container}}`) ?? false;
}

/** The events about an object that have one of these reasons, the latest first. */
export function eventsAbout(
  uid: string,
  reasons: readonly string[],
  events: readonly Event[],
): Event[] {
  return eventsOf(uid, events)
    .filter(({ reason = "" }) => reasons.includes(reason))
    .sort((one, other) => timeOf(other).localeCompare(timeOf(one)));
}
