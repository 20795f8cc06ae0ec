import { hostname } from "node:os";

import { CommandFailure } from "../exit-code.ts";
import { type Lease, microTime } from "./lease.ts";
import type { Pool } from "./pool.ts";
import { RUN, withoutRun } from "./slot.ts";

/** Several times within what a run without news is given. */
const RENEW_MILLISECONDS = 20_000;

/**
 * Does something with a trial while its Lease says so, so that nobody ends the trial meanwhile. The work ends when the Lease is lost.
 *
 * @param work what is done; its signal ends it
 * @throws CommandFailure if somebody else has the trial
 */
export async function held<T>(
  pool: Pool,
  lease: Lease,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const since = new Date(pool.now()).toISOString();
  const run = JSON.stringify({ host: hostname(), pid: process.pid, since });
  const holding = new Holding(pool, await taken(pool, lease, run));
  try {
    return await holding.during(work);
  } finally {
    await holding.end();
  }
}

async function taken(pool: Pool, lease: Lease, run: string): Promise<Lease> {
  const { idleSeconds } = pool.trial;
  const annotations = { ...lease.metadata.annotations, [RUN]: run };
  const change = {
    annotations,
    renewTime: microTime(pool.now()),
    leaseDurationSeconds: idleSeconds,
  };
  const mine = await pool.leases.change(lease, change);
  if (mine === undefined) {
    throw new CommandFailure(
      `${lease.spec.holderIdentity}: somebody else has begun with this trial at the same time; wait for its end, and run this again`,
    );
  }
  return mine;
}

/** A Lease that is renewed. */
class Holding {
  #lease: Lease;
  readonly #lost = new AbortController();
  #renewal: Promise<void> = Promise.resolve();
  private readonly pool: Pool;

  constructor(pool: Pool, lease: Lease) {
    this.pool = pool;
    this.#lease = lease;
  }

  async during<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const timer = setInterval(() => {
      this.#renewal = this.#renewal.then(() => this.#renew());
    }, RENEW_MILLISECONDS);
    try {
      const result = await work(this.#lost.signal);
      this.#assertHeld();
      return result;
    } catch (error) {
      this.#assertHeld();
      throw error;
    } finally {
      clearInterval(timer);
    }
  }

  /** Gives the trial free for the next run; of one that is somebody else's by now nothing is changed. */
  async end(): Promise<void> {
    await this.#renewal;
    const annotations = withoutRun(this.#lease);
    const change = { annotations, renewTime: microTime(this.pool.now()) };
    await this.pool.leases.change(this.#lease, change).catch(() => undefined);
  }

  async #renew(): Promise<void> {
    try {
      const change = { renewTime: microTime(this.pool.now()) };
      const renewed = await this.pool.leases.change(this.#lease, change);
      if (renewed === undefined) {
        this.#lost.abort();
        return;
      }
      this.#lease = renewed;
    } catch {
      // An API server that does not answer now is asked again.
    }
  }

  #assertHeld(): void {
    if (this.#lost.signal.aborted) {
      const { namespace } = this.#lease.metadata;
      throw new CommandFailure(
        `the Lease ${namespace}/trial was changed or taken away meanwhile, so that the trial may be somebody else's; nothing more is delivered; run it again`,
      );
    }
  }
}
