import { entryName, numberIn, TRIAL } from "../../components/trial/definition.ts";
import { oneLine } from "../../provider/cluster/one-line.ts";
import { namespaceState } from "../../provider/namespace-state.ts";
import { CommandFailure } from "../exit-code.ts";
import type { Lease, Refusal } from "./lease.ts";
import type { Pool } from "./pool.ts";
import { runOf } from "./run.ts";

/** Stands on the Lease of a trial that is being ended, with when that began. */
export const ENDING = "slipway/ending";

/** What there is of one namespace of a pool. */
export interface Slot {
  readonly namespace: string;
  /** Undefined if nobody has it, or nobody can. */
  readonly lease: Lease | undefined;
  /** Why nobody can have it, undefined if somebody can. */
  readonly closed: Closed | undefined;
}

/** Why nobody can have a namespace: whatever stands on its Lease goes with it. */
export type Closed = Exclude<Refusal, "taken">;

/** How it stands with a trial. */
export type Standing =
  | { readonly is: "kept" }
  /** Something is being delivered. */
  | { readonly is: "busy"; readonly by: string }
  /** A delivery was killed. */
  | { readonly is: "interrupted" }
  /** Its end has begun, and was not finished; `by` whom it is being finished, if by anybody. */
  | { readonly is: "ending"; readonly since: string; readonly by?: string }
  /** Nothing was delivered for longer than slipway:trial.idle. */
  | { readonly is: "idle" }
  /** The book does not know it. */
  | { readonly is: "lost" };

/** All namespaces of a pool, and the book of who has which, by number. */
export async function slotsOf(pool: Pool) {
  const { leases, namespaces, home } = pool;
  // The book first: who takes a namespace writes it last.
  const entries = await leases.list(home);
  const slots = await Promise.all(namespaces.map((namespace) => slotOf(pool, namespace)));
  const numbered = entries.flatMap((entry) => {
    const number = numberIn(entry.metadata.name.slice(entryName(0).length - 1));
    return number === undefined ? [] : [[number, entry] as const];
  });
  return { slots, book: new Map(numbered) };
}

async function slotOf({ leases, api, signal }: Pool, namespace: string): Promise<Slot> {
  const [lease, { exists, end }] = await Promise.all([
    leases.look(namespace, TRIAL),
    namespaceState(api, namespace, signal),
  ]);
  const nothing = { namespace, lease: undefined };
  if (exists === false) {
    return { ...nothing, closed: "missing" };
  }
  if (end !== undefined) {
    return { ...nothing, closed: "terminating" };
  }
  return lease === "forbidden"
    ? { ...nothing, closed: "forbidden" }
    : { namespace, lease, closed: undefined };
}

/** The pull request that a Lease names, undefined if it names none. */
export function numberOf({ spec }: Lease): number | undefined {
  return numberIn(spec.holderIdentity);
}

/** The Lease of the namespace that a pull request has by its entry in the book, undefined if the namespace does not agree. */
export async function bookedLease(
  pool: Pool,
  number: number,
  entry: Lease,
): Promise<Lease | undefined> {
  const namespace = entry.spec.holderIdentity;
  if (!pool.namespaces.includes(namespace)) {
    return undefined;
  }
  const { lease } = await slotOf(pool, namespace);
  return lease === undefined || numberOf(lease) !== number ? undefined : lease;
}

/** What stands on a Lease from when the end of its trial begins. */
export function endingSince(now: number): Record<string, string> {
  return { [ENDING]: new Date(now).toISOString() };
}

/** When a trial ends if nothing is delivered into it, in milliseconds since 1970. */
export function endOf({ spec }: Lease): number {
  return Date.parse(spec.renewTime) + (spec.leaseDurationSeconds ?? 0) * 1000;
}

/**
 * How it stands with the trial of a Lease.
 *
 * @param entry what the book says of its pull request
 * @param now by the cluster's clock
 */
export function standingOf(lease: Lease, entry: Lease | undefined, now: number): Standing {
  const { namespace, annotations } = lease.metadata;
  const run = runOf(lease, now);
  const since = annotations[ENDING];
  if (since !== undefined) {
    return { is: "ending", since: oneLine(since), ...(run?.isAlive === true && { by: run.by }) };
  }
  if (run?.isAlive === true) {
    return { is: "busy", by: run.by };
  }
  if (numberOf(lease) === undefined || entry?.spec.holderIdentity !== namespace) {
    return { is: "lost" };
  }
  if (!(endOf(lease) > now)) {
    return { is: "idle" };
  }
  return run === undefined ? { is: "kept" } : { is: "interrupted" };
}

/**
 * Nothing is done with a trial with which somebody else does something.
 *
 * @throws CommandFailure that says who does what
 */
export function assertNobodys(number: number, namespace: string, standing: Standing): void {
  if (!("by" in standing)) {
    return;
  }
  const does =
    standing.is === "busy"
      ? `something is being delivered into ${namespace}`
      : `its trial in ${namespace} is being ended`;
  throw new CommandFailure(
    `${number}: ${does} by ${standing.by}; wait for its end, and run this again; a run that was killed is over after three minutes`,
  );
}
