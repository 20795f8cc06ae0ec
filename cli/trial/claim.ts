import { entryName, TRIAL } from "../../components/trial/definition.ts";
import { CommandFailure } from "../exit-code.ts";
import { age, span } from "../words.ts";
import { type Lease, microTime, type Refusal } from "./lease.ts";
import type { Pool } from "./pool.ts";
import { markOfRun } from "./run.ts";
import { bookedLease, type Closed, endOf, numberOf, type Slot, slotsOf } from "./slot.ts";

/** A namespace that a pull request has. */
export interface Claim {
  readonly namespace: string;
  readonly lease: Lease;
  /** Whether it had none before. */
  readonly isNew: boolean;
}

/** What is known of a namespace that this identity may not look into. */
export const CLOSED =
  "this identity may not look there: it was deleted, or is being deleted; an administrator's pulumi up --refresh makes it again";

/** Each turn ends because somebody else was quicker, and whoever that was is done then. */
const TURNS = 50;

/**
 * Takes a namespace for a pull request, or finds the one that it has. Of two at once each gets one of its own; two of the same pull request
 * get the same: the Lease of the namespace decides between pull requests, and the book between two runs of one.
 *
 * @throws CommandFailure if there is none left
 */
export async function claim(pool: Pool, number: number): Promise<Claim> {
  for (let turn = 0; turn < TURNS; turn++) {
    const claimed = await tryToClaim(pool, number);
    if (claimed !== undefined) {
      return claimed;
    }
  }
  throw new CommandFailure(
    `${number}: others took each namespace first, ${TURNS} times; run it again`,
  );
}

async function tryToClaim(pool: Pool, number: number): Promise<Claim | undefined> {
  const { leases, home } = pool;
  const entry = await leases.find(home, entryName(number));
  if (entry !== undefined) {
    return claimAgain(pool, number, entry);
  }
  const { slots } = await slotsOf(pool);
  const own = slots.find(({ lease }) => lease !== undefined && numberOf(lease) === number);
  // Of a run that was killed between the two.
  const taken =
    own?.lease === undefined
      ? await takeFree(pool, number, slots)
      : { namespace: own.namespace, lease: own.lease, isNew: true };
  const written = await leases.create(home, entryName(number), specOf(pool, taken.namespace));
  if (typeof written !== "string") {
    return taken;
  }
  const decided = await leases.find(home, entryName(number));
  if (decided?.spec.holderIdentity === taken.namespace) {
    return taken;
  }
  if (own === undefined) {
    await leases.release(taken.lease);
  }
  assertHome(pool, written);
  return undefined;
}

/** What the book says holds, as far as the namespace agrees. */
async function claimAgain(pool: Pool, number: number, entry: Lease): Promise<Claim | undefined> {
  const lease = await bookedLease(pool, number, entry);
  if (lease !== undefined) {
    return { namespace: lease.metadata.namespace, lease, isNew: false };
  }
  // The namespace is somebody else's, or was made anew: the entry is of a trial that has gone.
  await pool.leases.release(entry);
  return undefined;
}

async function takeFree(pool: Pool, number: number, slots: readonly Slot[]): Promise<Claim> {
  const refused: string[] = [];
  for (const { namespace, lease, closed } of slots) {
    if (lease !== undefined) {
      continue;
    }
    if (closed !== undefined) {
      refused.push(refusalWords(namespace, closed));
      continue;
    }
    const spec = {
      ...specOf(pool, String(number)),
      leaseDurationSeconds: pool.trial.idleSeconds,
    };
    // A sweep between this and the entry in the book would take it for a trial that is lost.
    const made = await pool.leases.create(namespace, TRIAL, spec, markOfRun(pool.now()));
    if (typeof made !== "string") {
      return { namespace, lease: made, isNew: true };
    }
    if (made !== "taken") {
      refused.push(refusalWords(namespace, made));
    }
  }
  throw fullPool(pool, await slotsOf(pool), refused);
}

function specOf({ now }: Pool, holderIdentity: string) {
  const time = microTime(now());
  return { holderIdentity, acquireTime: time, renewTime: time };
}

/** Why a namespace of the pool takes no trial, and what to do about it. */
export function refusalWords(namespace: string, refusal: Closed): string {
  switch (refusal) {
    case "missing":
      return `${namespace}: does not exist; an administrator's pulumi up --refresh makes it again`;
    case "terminating":
      return `${namespace}: is being deleted; see what holds up its end, and have an administrator run pulumi up --refresh after it`;
    case "forbidden":
      return `${namespace}: ${CLOSED}`;
    default:
      return refusal satisfies never;
  }
}

function assertHome({ home, name }: Pool, refusal: Refusal): void {
  if (refusal === "taken") {
    return;
  }
  const found = {
    missing: "does not exist",
    terminating: "is being deleted",
    forbidden: "takes no Lease of this identity",
  }[refusal];
  throw new CommandFailure(
    `namespace ${home} ${found}, and it says who has which namespace of the pool; an administrator's pulumi up --refresh --stack ${name} makes it again`,
  );
}

/** Who has all of them, and what gives one back. */
function fullPool(
  { name, namespaces, now }: Pool,
  { slots }: Awaited<ReturnType<typeof slotsOf>>,
  refused: readonly string[],
): CommandFailure {
  const holders = slots.flatMap(({ lease }) =>
    lease === undefined ? [] : [holderWords(lease, now())],
  );
  return new CommandFailure(
    [
      `the pool of ${name} is full: ${holders.length} of ${namespaces.length} namespaces are taken${holders.length > 0 ? `, by ${holders.join(", ")}` : ""}`,
      ...refused,
      `end a trial with npx slipway trial down <number> --stack ${name}, those that nobody needs with npx slipway trial sweep, or have an administrator raise slipway:trial.most and run pulumi up`,
    ].join("\n  "),
  );
}

function holderWords(lease: Lease, now: number): string {
  const { acquireTime } = lease.spec;
  const left = endOf(lease) - now;
  const ends = Number.isNaN(left) ? "" : `, ends in ${span(left)}`;
  return `${numberOf(lease) ?? "nobody's pull request"} (for ${age(acquireTime, now)}${ends})`;
}
