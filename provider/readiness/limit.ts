import type { ReadinessInputs } from "../../contract/readiness";

const LEAST_SECONDS = 600;

/**
 * A rolling update takes at most four steps, because a quarter of the pods is replaced at a time; each may take the
 * progress deadline, and so may the routing after them.
 */
const STEPS = 5;

const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Seconds that the whole wait for a verdict may take, whatever progress there is.
 * @param customSeconds the resource's `customTimeouts`, 0 where it has none
 */
export function limitSeconds(
  { deadlineSeconds, timeoutSeconds = 0 }: ReadinessInputs,
  customSeconds: number,
): number {
  const given = [timeoutSeconds, customSeconds].filter((seconds) => seconds > 0);
  return given.length > 0 ? Math.min(...given) : Math.max(LEAST_SECONDS, STEPS * deadlineSeconds);
}

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

  /** What was promised, undefined where it did not come in time. */
  within<T>(promise: Promise<T>): Promise<T | undefined> {
    const { signal } = this;
    const over = new Promise<undefined>((resolve) => {
      const end = () => {
        resolve(undefined);
      };
      if (signal.aborted) {
        end();
      }
      signal.addEventListener("abort", end, { once: true });
    });
    return Promise.race([promise, over]);
  }

  /** The wait has ended before its time, and with it what is under way. */
  close(): void {
    clearTimeout(this.#timer);
    this.#end.abort();
  }
}
