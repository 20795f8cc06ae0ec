/** What replaces a secret. */
export const MASK = "***";

/** Two places in a text. */
export type Span = readonly [from: number, to: number];

/** A text that is copied from left to right, except what is masked in it. */
export class Redaction {
  readonly #parts: string[] = [];
  #masked = 0;

  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The end of what was masked last. */
  get end(): number {
    return this.#masked;
  }

  /** Masks what is between two places, and was not masked before. */
  mask(from: number, to: number): void {
    const start = Math.max(from, this.#masked);
    if (to > start) {
      this.#parts.push(this.text.slice(this.#masked, start), MASK);
      this.#masked = to;
    }
  }

  toString(): string {
    return this.#masked === 0
      ? this.text
      : [...this.#parts, this.text.slice(this.#masked)].join("");
  }
}
