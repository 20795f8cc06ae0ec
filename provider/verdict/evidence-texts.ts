import type { Evidence } from "../../contract/evidence.ts";

/**
 * Evidence with each of its texts changed. The names of objects stay.
 * @param ofLine changes the lines of logs
 */
export function withTexts(
  evidence: Evidence,
  change: (text: string) => string,
  ofLine: (line: string) => string = (line) => line,
): Evidence {
  const orNull = (text: string | null) => (text === null ? null : change(text));
  return {
    ...evidence,
    message: change(evidence.message),
    notes: evidence.notes.map(change),
    containers: evidence.containers.map((container) => ({
      ...container,
      message: orNull(container.message),
      exitMessage: orNull(container.exitMessage),
      log: container.log.map(ofLine),
    })),
    events: evidence.events.map((event) => ({ ...event, message: change(event.message) })),
  };
}
