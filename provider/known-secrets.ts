import type { Evidence } from "../contract/evidence.ts";
import { formsOf } from "../mask/forms.ts";
import { masked } from "../mask/mask.ts";
import { plain } from "../mask/plain.ts";
import { MASK } from "../mask/redaction.ts";

/** Characters that are told of a text; the kubelet's and the API server's are much shorter. */
const CHARACTERS = 4096;

/** How far from the end of a text that is cut the word may begin that is cut with it. */
const WORD = 512;

/**
 * The secrets that this run has sealed. The process keeps them only to leave them out of what it tells: no resource's
 * state has them, and a run that seals nothing knows none.
 */
export class KnownSecrets {
  #texts: readonly string[] = [];
  readonly #short = new Map<string, RegExp>();

  /**
   * Remembers a value in the forms in which logs tell it. One that is shorter than six characters is known where a value
   * is expected, or, if it is no mere word, as a word of its own; one that is shorter than three is not.
   */
  learn(value: string): void {
    const { texts, short } = formsOf(value);
    // A longer one first: another may be a part of it, and would leave the rest to be read.
    this.#texts = [...new Set([...this.#texts, ...texts])].sort(
      (one, other) => other.length - one.length,
    );
    for (const pattern of short) {
      this.#short.set(pattern.source, pattern);
    }
  }

  /** A text without the values that are known. */
  hide = (text: string): string => {
    const hidden = this.#texts.reduce((rest, secret) => rest.replaceAll(secret, MASK), text);
    return [...this.#short.values()].reduce((rest, secret) => rest.replace(secret, MASK), hidden);
  };

  /** A text of others as it may be told: without these values, without what looks like a secret, without control characters. */
  tell = (text: string): string => masked(this.hide(plain(text)));

  /** Evidence as it may be told. The names of objects stay, since a user's name may be one of a credential's values. */
  hideIn(evidence: Evidence): Evidence {
    const tell = (text: string) => masked(short(this.hide(plain(text))));
    const orNull = (text: string | null) => (text === null ? null : tell(text));
    return {
      ...evidence,
      message: tell(evidence.message),
      notes: evidence.notes.map(tell),
      containers: evidence.containers.map((container) => ({
        ...container,
        message: orNull(container.message),
        exitMessage: orNull(container.exitMessage),
        log: container.log.map(tell),
      })),
      events: evidence.events.map((event) => ({ ...event, message: tell(event.message) })),
    };
  }
}

/** A text that is not too long. The word in which it is cut goes: half a secret is not known for one. */
function short(text: string): string {
  if (text.length <= CHARACTERS) {
    return text;
  }
  const space = Math.max(...[" ", "\n", "\t"].map((mark) => text.lastIndexOf(mark, CHARACTERS)));
  return `${text.slice(0, space < CHARACTERS - WORD ? CHARACTERS - WORD : space)} …`;
}
