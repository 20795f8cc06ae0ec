/** What stands in the place of a secret. */
export const MASK = "***";

/** A text that is copied from left to right, but for what is masked in it. */
export class Redaction {
  readonly #parts: string[] = [];
  #masked = 0;

  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** Where what was masked last ends. */
  get end(): number {
    return this.#masked;
  }

  /** Masks what is between two places, the first of them not before the last one that was masked. */
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
