import { TRIAL } from "../../components/trial/definition.ts";
import { CommandFailure } from "../exit-code.ts";
import { refusalWords } from "./claim.ts";
import { forgetPullRequest } from "./down.ts";
import { endTrial } from "./end.ts";
import { type Lease, microTime } from "./lease.ts";
import { leftIn } from "./left.ts";
import type { Pool } from "./pool.ts";
import { markOfRun } from "./run.ts";
import { endingSince, numberOf, slotsOf, standingOf } from "./slot.ts";
import { TrialStacks } from "./stacks.ts";

/** Who has a namespace while something is swept out of it that no trial holds. */
const SWEEPER = "sweep";

/** One thing that a sweep ends, and why. */
export interface Swept {
  /** Null for what no pull request holds. */
  readonly number: number | null;
  /** Null for what is in the book or the state alone. */
  readonly namespace: string | null;
  readonly why: string;
  /** What holds up its end, null if it has ended. */
  readonly failure: string | null;
}

/** One thing that is to end. */
export interface ToEnd extends Omit<Swept, "failure"> {
  readonly lease: Lease | undefined;
}

/**
 * What there is to end.
 *
 * @param open the pull requests that are open, undefined if that is not known: then none counts as closed
 */
export async function toBeSwept(
  pool: Pool,
  open: ReadonlySet<number> | undefined,
): Promise<ToEnd[]> {
  const stacks = new TrialStacks(pool);
  // The states first: who takes a namespace makes one only then.
  const states = await stacks.numbers();
  const { slots, book } = await slotsOf(pool);
  const held = slots.flatMap(({ namespace, lease }) => {
    if (lease === undefined) {
      return [];
    }
    const number = numberOf(lease) ?? null;
    const why = whyEnd(pool, lease, number === null ? undefined : book.get(number), open);
    return [{ namespace, lease, number, why }];
  });
  const holders = new Set(held.map(({ number }) => number));
  const ended = held.flatMap(({ why, ...each }) => (why === undefined ? [] : [{ ...each, why }]));
  const forgotten = [...new Set([...states, ...book.keys()])].filter((each) => !holders.has(each));
  const left = await leftOver(
    pool,
    slots
      .filter(({ lease, closed }) => lease === undefined && closed === undefined)
      .map(({ namespace }) => namespace),
  );
  return [
    ...ended,
    ...forgotten.map((number) => ({
      number,
      namespace: null,
      lease: undefined,
      why: "its namespace is gone",
    })),
    ...left.map((namespace) => ({
      number: null,
      namespace,
      lease: undefined,
      why: "left there by nobody that is known",
    })),
  ];
}

/** Ends one of them. */
export async function sweep(pool: Pool, each: ToEnd, seconds: number): Promise<Swept> {
  const { number, namespace, why } = each;
  try {
    await endOne(pool, each, seconds);
    return { number, namespace, why, failure: null };
  } catch (error) {
    // One that hangs holds up none of the others.
    const failure = error instanceof Error ? error.message : String(error);
    return { number, namespace, why, failure };
  }
}

async function endOne(
  pool: Pool,
  { number, namespace, lease }: ToEnd,
  seconds: number,
): Promise<void> {
  const stacks = new TrialStacks(pool);
  if (namespace === null) {
    if (number !== null) {
      await forgetPullRequest(pool, stacks, number);
    }
    return;
  }
  const held = lease ?? (await takeForSweep(pool, namespace));
  if (held !== undefined) {
    await endTrial(pool, stacks, { namespace, lease: held, seconds });
  }
}

/**
 * Undefined if somebody has taken it meanwhile, who empties it first.
 *
 * @throws CommandFailure if nobody can
 */
async function takeForSweep({ leases, now }: Pool, namespace: string): Promise<Lease | undefined> {
  const time = microTime(now());
  const spec = { holderIdentity: SWEEPER, acquireTime: time, renewTime: time };
  const marks = { ...markOfRun(now()), ...endingSince(now()) };
  const taken = await leases.create(namespace, TRIAL, spec, marks);
  if (typeof taken !== "string") {
    return taken;
  }
  if (taken !== "taken") {
    throw new CommandFailure(refusalWords(namespace, taken));
  }
  return undefined;
}

/** Why a trial ends, undefined if it does not. What somebody does something with ends later. */
function whyEnd(
  { now, trial }: Pool,
  lease: Lease,
  entry: Lease | undefined,
  open: ReadonlySet<number> | undefined,
): string | undefined {
  const standing = standingOf(lease, entry, now());
  const number = numberOf(lease);
  switch (standing.is) {
    case "busy":
      return undefined;
    case "ending":
      return standing.by === undefined ? `its end had begun at ${standing.since}` : undefined;
    case "lost":
      return "the book of the pool does not have it";
    case "idle":
      return `nothing was delivered for ${trial.idleSeconds} s`;
    case "kept":
    case "interrupted":
      return open === undefined || number === undefined || open.has(number)
        ? undefined
        : "its pull request is closed";
    default:
      return standing satisfies never;
  }
}

/** Namespaces that nobody has, and that are not empty. */
async function leftOver(
  { api, kinds, signal }: Pool,
  namespaces: readonly string[],
): Promise<string[]> {
  const known = await kinds();
  const found: string[] = [];
  for (const namespace of namespaces) {
    if ((await leftIn(api, known, namespace, signal)).length > 0) {
      found.push(namespace);
    }
  }
  return found;
}
