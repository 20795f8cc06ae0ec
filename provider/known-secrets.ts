import type { Evidence } from "../contract/evidence";

/** What stands in the place of a secret. */
const MASK = "***";

/** Shorter values are in too many words that tell nothing. */
const SHORTEST = 6;

/**
 * The secrets that this run has sealed. The process keeps them only to leave them out of what it tells: no resource's
 * state has them, and a run that seals nothing knows none.
 */
export class KnownSecrets {
  readonly #texts = new Set<string>();

  /** Remembers a value, its lines and its base64 form: logs tell a key line by line, and a Secret's data encoded. */
  learn(value: string): void {
    const lines = value.split(/\r?\n/).map((line) => line.trim());
    const encoded = Buffer.from(value).toString("base64");
    for (const text of [value, ...lines, encoded]) {
      if (text.length >= SHORTEST) this.#texts.add(text);
    }
  }

  /** A text without the values that are known. */
  hide = (text: string): string => {
    // A longer one first: another may be a part of it, and would leave the rest to be read.
    const texts = [...this.#texts].toSorted((one, other) => other.length - one.length);
    return texts.reduce((hidden, secret) => hidden.replaceAll(secret, MASK), text);
  };

  /** Evidence without them. The names of objects stay, since a user's name may be one of a credential's values. */
  hideIn(evidence: Evidence): Evidence {
    const { hide } = this;
    const orNull = (text: string | null) => (text === null ? null : hide(text));
    return {
      ...evidence,
      message: hide(evidence.message),
      notes: evidence.notes.map(hide),
      containers: evidence.containers.map((container) => ({
        ...container,
        message: orNull(container.message),
        exitMessage: orNull(container.exitMessage),
        log: container.log.map(hide),
      })),
      events: evidence.events.map((event) => ({ ...event, message: hide(event.message) })),
    };
  }
}
