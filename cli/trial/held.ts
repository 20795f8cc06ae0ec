import { CommandFailure } from "../exit-code.ts";
import { type Lease, microTime } from "./lease.ts";
import type { Pool } from "./pool.ts";
import { markOfRun, RUN, withoutRun } from "./run.ts";
import { ENDING, endingSince } from "./slot.ts";

/** Several times within what a run without news is given. */
const RENEW_MILLISECONDS = 20_000;

/** Each turn ends because somebody else has changed something that does not matter here. */
const TURNS = 5;

/** A trial that is ours while something is done with it. */
export interface Hold {
  /** Ends the work when the Lease is lost. */
  readonly signal: AbortSignal;
  /** Whether the Lease is ours at this moment. */
  readonly isOurs: () => Promise<boolean>;
  /** Does what must succeed before the trial is one: if it fails, all that is there is to be ended. */
  readonly orEnding: <T>(work: () => Promise<T>) => Promise<T>;
  /** Gives the namespace back. */
  readonly giveBack: () => Promise<void>;
}

/**
 * Does something with a trial while its Lease says so, so that nobody else does meanwhile. The work ends when the Lease is lost.
 *
 * @param marks annotations that the Lease has from then on
 * @throws CommandFailure if somebody else has the trial
 */
export async function held<T>(
  pool: Pool,
  lease: Lease,
  work: (hold: Hold) => Promise<T>,
  marks: Readonly<Record<string, string>> = {},
): Promise<T> {
  const holding = new Holding(pool, await taken(pool, lease, marks));
  try {
    return await holding.during(work);
  } finally {
    await holding.end();
  }
}

async function taken(
  pool: Pool,
  lease: Lease,
  marks: Readonly<Record<string, string>>,
): Promise<Lease> {
  const annotations = { ...lease.metadata.annotations, ...marks, ...markOfRun(pool.now()) };
  const mine = await pool.leases.change(lease, { annotations, ...newsOf(pool) });
  if (mine === undefined) {
    throw new CommandFailure(
      `${lease.metadata.namespace}: somebody else has begun with this trial at the same time; wait for its end, and run this again`,
    );
  }
  return mine;
}

/** A Lease that is renewed. */
class Holding implements Hold {
  #lease: Lease;
  #isGivenBack = false;
  readonly #lost = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();
  private readonly pool: Pool;

  constructor(pool: Pool, lease: Lease) {
    this.pool = pool;
    this.#lease = lease;
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  readonly isOurs = async (): Promise<boolean> => {
    const { namespace, name } = this.#lease.metadata;
    const found = await this.pool.leases.find(namespace, name);
    return found !== undefined && isSame(found, this.#lease);
  };

  readonly orEnding = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      const marks = endingSince(this.pool.now());
      await this.#inTurn(() => this.#write(marks)).catch(() => undefined);
      throw error;
    }
  };

  readonly giveBack = async (): Promise<void> => {
    await this.#inTurn(() => this.#release());
    this.#assertHeld();
  };

  async during<T>(work: (hold: Hold) => Promise<T>): Promise<T> {
    const renew = () =>
      // An API server that does not answer now is asked again.
      this.#write().catch(() => undefined);
    const timer = setInterval(() => void this.#inTurn(renew), RENEW_MILLISECONDS);
    try {
      const result = await work(this);
      this.#assertHeld();
      return result;
    } catch (error) {
      this.#assertHeld();
      throw error;
    } finally {
      clearInterval(timer);
    }
  }

  /** Leaves the trial to the next run; of one that is somebody else's by now nothing is changed. */
  async end(): Promise<void> {
    await this.#inTurn(() => this.#write({}, withoutRun)).catch(() => undefined);
  }

  /** A renewal under way would make the Lease a different one meanwhile. */
  #inTurn<T>(write: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(write);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #release(): Promise<void> {
    for (let turn = 0; turn < TURNS && !this.signal.aborted; turn++) {
      const isOurs = await this.#write();
      if (isOurs && (await this.pool.leases.release(this.#lease))) {
        this.#isGivenBack = true;
        return;
      }
    }
    this.#lost.abort();
  }

  /**
   * Writes that the Lease is ours, as it is now: an answer that was lost, or a label of somebody, takes it from nobody.
   *
   * @returns whether it is
   */
  async #write(
    marks: Readonly<Record<string, string>> = {},
    kept = ({ metadata }: Lease): Readonly<Record<string, string>> => metadata.annotations,
  ): Promise<boolean> {
    const { leases } = this.pool;
    for (let turn = 0; turn < TURNS && !this.#isGivenBack && !this.signal.aborted; turn++) {
      const annotations = { ...kept(this.#lease), ...marks };
      const written = await leases.change(this.#lease, { annotations, ...newsOf(this.pool) });
      const { namespace, name } = this.#lease.metadata;
      const found = written ?? (await leases.find(namespace, name));
      if (found === undefined || (written === undefined && !isSame(found, this.#lease))) {
        this.#lost.abort();
        return false;
      }
      this.#lease = found;
      if (written !== undefined) {
        return true;
      }
    }
    return false;
  }

  #assertHeld(): void {
    if (this.signal.aborted) {
      const { namespace } = this.#lease.metadata;
      throw new CommandFailure(
        `the Lease ${namespace}/trial was changed or taken away meanwhile, so that the trial may be somebody else's; nothing more is done with it; run it again`,
      );
    }
  }
}

/** That its run is alive, and from when on the trial is idle. */
function newsOf({ now, trial }: Pool) {
  return { renewTime: microTime(now()), leaseDurationSeconds: trial.idleSeconds };
}

/** Whether a Lease is that of the same run. */
function isSame(found: Lease, lease: Lease): boolean {
  const [one, other] = [found, lease].map(({ metadata, spec }) =>
    JSON.stringify([
      metadata.uid,
      metadata.annotations[RUN],
      metadata.annotations[ENDING] !== undefined,
      spec.holderIdentity,
    ]),
  );
  return one === other;
}
