import { once } from "node:events";

const LONGEST_TIMER = 2 ** 31 - 1;

/** The time that a wait may take at most; it ends requests that are never answered, too. */
export class Limit {
  /** Ends requests: the time is over, or the run was interrupted. */
  readonly signal: AbortSignal;
  readonly #end = new AbortController();
  readonly #timer: NodeJS.Timeout;

  /** @param at when it is over, on the clock of `performance.now` */
  constructor(at: number, interruption: AbortSignal) {
    this.#timer = setTimeout(
      () => {
        this.#end.abort();
      },
      Math.min(at - performance.now(), LONGEST_TIMER),
    );
    this.signal = AbortSignal.any([interruption, this.#end.signal]);
  }

  /** What was promised, undefined if it did not come in time. */
  within<T>(promise: Promise<T>): Promise<T | undefined> {
    const { signal } = this;
    const over = signal.aborted ? undefined : once(signal, "abort").then(() => undefined);
    const late = (error: unknown) => {
      if (signal.aborted) {
        return undefined;
      }
      throw error;
    };
    return Promise.race([promise.catch(late), over]);
  }

  /** The wait has ended before its time, and with it what is under way. */
  close(): void {
    clearTimeout(this.#timer);
    this.#end.abort();
  }
}
