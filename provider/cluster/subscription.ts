import type { Observed } from "../verdict/objects.ts";
import type { Trouble } from "./health.ts";
import { isDisabling, type Lack, NO_LACK } from "./preflight.ts";

/** Where a subscription has its news from. */
export interface NewsSource<T> {
  observe(): T;
  synced(): boolean;
  troubles(): readonly Trouble[];
}

/** One release's view of its namespace, or one object's. */
export class Subscription<T = Observed> {
  #stale = true;
  #lack: Lack = NO_LACK;
  #waiting: (() => void) | undefined;

  private readonly source: NewsSource<T>;
  private readonly onClose: () => void;

  constructor(source: NewsSource<T>, onClose: () => void) {
    this.source = source;
    this.onClose = onClose;
  }

  /** What the cluster shows of the release now. */
  observe(): T {
    this.#stale = false;
    return this.source.observe();
  }

  /** Whether everything that the verdict needs has been listed; before, nothing that is absent is missing. */
  get synced(): boolean {
    return this.source.synced();
  }

  get troubles(): readonly Trouble[] {
    return this.source.troubles();
  }

  /** The rights that this identity lacks, as far as the API server has said. */
  get lack(): Lack {
    return this.#lack;
  }

  /** The preflight has found what this identity lacks. */
  lacks(lack: Lack): void {
    this.#lack = lack;
    if (isDisabling(lack)) {
      this.wake();
    }
  }

  /** Something about the release has changed. */
  wake(): void {
    this.#stale = true;
    this.#waiting?.();
  }

  /** Settles when something has changed since the last `observe`, after the milliseconds, or with the signal. */
  async changed(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (!this.#stale && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, Math.min(Math.max(milliseconds, 0), 2 ** 31 - 1));
        function done() {
          clearTimeout(timer);
          signal.removeEventListener("abort", done);
          resolve();
        }
        this.#waiting = done;
        signal.addEventListener("abort", done, { once: true });
      });
      this.#waiting = undefined;
    }
    // Changes come in bursts, and one judgement is enough for a burst.
    await new Promise((resolve) => setImmediate(resolve));
  }

  close(): void {
    this.onClose();
  }
}
