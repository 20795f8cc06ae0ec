import type { Evidence } from "../contract/evidence.ts";
import { formsOf } from "../mask/forms.ts";
import { masked } from "../mask/mask.ts";
import { plain } from "../mask/plain.ts";
import { MASK } from "../mask/redaction.ts";
import { withTexts } from "./verdict/evidence-texts.ts";

/** Characters that are shown of a text; the kubelet's and the API server's are much shorter. */
const CHARACTERS = 4096;

/** How far from the end of a text that is cut the word may begin that is cut with it. */
const WORD = 512;

/**
 * The secrets that this run has sealed. The process keeps them only to mask them in what it reports: no resource's
 * state has them, and a run that seals nothing knows none.
 */
export class KnownSecrets {
  #texts: readonly string[] = [];
  readonly #short = new Map<string, RegExp>();

  /**
   * Remembers a value in the forms in which logs show it. One that is shorter than six characters is known where a value
   * is expected, or, if it is more than a mere word, as a word of its own; one that is shorter than three is not.
   */
  learn(value: string): void {
    this.learnAll([value]);
  }

  /** The same of many: what is known is sorted once. */
  learnAll(values: readonly string[]): void {
    const forms = values.map(formsOf);
    // A longer one first: a part of it would leave the rest to be read.
    this.#texts = [...new Set([...this.#texts, ...forms.flatMap(({ texts }) => texts)])].sort(
      (one, other) => other.length - one.length,
    );
    for (const pattern of forms.flatMap(({ short }) => short)) {
      this.#short.set(pattern.source, pattern);
    }
  }

  /** A text without the values that are known. */
  hide = (text: string): string => {
    const hidden = this.#texts.reduce((rest, secret) => rest.replaceAll(secret, MASK), text);
    return [...this.#short.values()].reduce((rest, secret) => rest.replace(secret, MASK), hidden);
  };

  /** Others' text as it may be shown: without these values, what looks like a secret, and control characters. */
  tell = (text: string): string => masked(this.hide(plain(text)));

  /** Evidence as it may be shown. The names of objects stay, since a user's name may be one of a credential's values. */
  hideIn(evidence: Evidence): Evidence {
    const show = (text: string) => masked(short(this.hide(plain(text))));
    return withTexts(evidence, show, show);
  }
}

/** A text that is not too long. The word in which it is cut goes: half a secret is not recognised. */
function short(text: string): string {
  if (text.length <= CHARACTERS) {
    return text;
  }
  const space = Math.max(...[" ", "\n", "\t"].map((mark) => text.lastIndexOf(mark, CHARACTERS)));
  return `${text.slice(0, space < CHARACTERS - WORD ? CHARACTERS - WORD : space)} …`;
}
