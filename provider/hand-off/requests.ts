import type { Look } from "./controller.ts";

/** What it looked at may have been what was there before, and a request that it did not hear is lost. */
const AGAIN_MILLISECONDS = 30_000;

/** The requests to a controller to look at its source now: one after the other for as long as it is waited for. */
export class Requests {
  #asks = true;
  #askedAt: number | undefined;

  /** Whether it has been asked. */
  get wasAsked(): boolean {
    return this.#askedAt !== undefined;
  }

  /**
   * Asks it if it is time to, and this identity may.
   *
   * @returns whether it was asked just now: what was seen of it is of before
   */
  async made(look: Look, signal: AbortSignal): Promise<boolean> {
    const isTime = performance.now() - (this.#askedAt ?? -Infinity) >= AGAIN_MILLISECONDS;
    if (!this.#asks || !isTime) {
      return false;
    }
    const became = await look.refresh(signal);
    if (became === "asked") {
      this.#askedAt = performance.now();
      return true;
    }
    this.#asks = became === "nobody is there";
    return false;
  }
}
