import { z } from "zod";

import { entryName, numberIn, TRIAL } from "../../components/trial/definition.ts";
import { oneLine } from "../../provider/cluster/one-line.ts";
import { holderOf } from "../recover/state-lock.ts";
import type { Lease } from "./lease.ts";
import type { Pool } from "./pool.ts";

/** Stands on the Lease of a trial while something is delivered into it, with who does so. */
export const RUN = "slipway/run";

/** Stands on the Lease of a trial that is being ended, with when that began. */
export const ENDING = "slipway/ending";

/** A run whose Lease was not renewed for so long is over, whatever became of it. */
const DEAD_MILLISECONDS = 180_000;

/** Whoever delivers into a trial. */
const runner = z.object({ host: z.string(), pid: z.number(), since: z.string() });

/** What there is of one namespace of a pool. */
export interface Slot {
  readonly namespace: string;
  /** Undefined if nobody has it. */
  readonly lease: Lease | undefined;
  /** Whether this identity may not look there: it is gone, or is being deleted, and its roles are gone already. */
  readonly isClosed: boolean;
}

/** How it stands with a trial. */
export type Standing =
  | { readonly is: "kept" }
  /** Something is being delivered. */
  | { readonly is: "busy"; readonly by: string }
  /** A delivery was killed. */
  | { readonly is: "interrupted" }
  /** Its end has begun, and was not finished. */
  | { readonly is: "ending"; readonly since: string }
  /** Nothing was delivered for longer than slipway:trial.idle. */
  | { readonly is: "idle" }
  /** The book does not know it. */
  | { readonly is: "lost" };

/** All namespaces of a pool, and the book of who has which, by number. */
export async function slotsOf({ leases, namespaces, home }: Pool) {
  // The book first: who takes a namespace writes it last.
  const entries = await leases.list(home);
  const slots = await Promise.all(
    namespaces.map(async (namespace): Promise<Slot> => {
      const found = await leases.look(namespace, TRIAL);
      const isClosed = found === "forbidden";
      return { namespace, lease: isClosed ? undefined : found, isClosed };
    }),
  );
  const numbered = entries.flatMap((entry) => {
    const number = numberIn(entry.metadata.name.slice(entryName(0).length - 1));
    return number === undefined ? [] : [[number, entry] as const];
  });
  return { slots, book: new Map(numbered) };
}

/** The pull request that a Lease names, undefined if it names none. */
export function numberOf({ spec }: Lease): number | undefined {
  return numberIn(spec.holderIdentity);
}

/** The Lease of the namespace that a pull request has by its entry in the book, undefined if the namespace does not agree. */
export async function bookedLease(
  { leases, namespaces }: Pool,
  number: number,
  entry: Lease,
): Promise<Lease | undefined> {
  const namespace = entry.spec.holderIdentity;
  const lease = namespaces.includes(namespace) ? await leases.look(namespace, TRIAL) : undefined;
  return lease === undefined || lease === "forbidden" || numberOf(lease) !== number
    ? undefined
    : lease;
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
  const since = annotations[ENDING];
  if (since !== undefined) {
    return { is: "ending", since: oneLine(since) };
  }
  const run = runOf(lease, now);
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

/** The annotations of a Lease into whose trial nothing is being delivered. */
export function withoutRun({ metadata }: Lease): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata.annotations).filter(([key]) => key !== RUN));
}

/** The run that a Lease speaks of, undefined if it speaks of none. */
function runOf({ metadata, spec }: Lease, now: number) {
  const written = metadata.annotations[RUN];
  if (written === undefined) {
    return undefined;
  }
  const { data } = runner.safeParse(parsed(written));
  const { host = "somewhere", pid = 0, since = "" } = data ?? {};
  const isRenewed = Date.parse(spec.renewTime) + DEAD_MILLISECONDS > now;
  const holder = holderOf({ hostname: host, pid });
  return {
    by: `${oneLine(host)} (pid ${pid}) since ${oneLine(since)}`,
    isAlive: isRenewed && holder !== "gone",
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
