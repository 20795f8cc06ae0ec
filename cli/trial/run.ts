import { hostname } from "node:os";

import { z } from "zod";

import { oneLine } from "../../provider/cluster/one-line.ts";
import { unquoted } from "../../settings/unquoted.ts";
import { holderOf } from "../recover/state-lock.ts";
import type { Lease } from "./lease.ts";

/** Stands on the Lease of a trial while somebody does something with it, with who does so. */
export const RUN = "slipway/run";

/** A run whose Lease was not renewed for so long is over, whatever became of it. */
const DEAD_MILLISECONDS = 180_000;

/** Whoever does something with a trial. */
const runner = z.object({ host: z.string(), pid: z.number(), since: z.string() });

/** The run that a Lease speaks of. */
interface Run {
  /** Who it is, in words. */
  readonly by: string;
  readonly isAlive: boolean;
  /** Whether it is this very process. */
  readonly isOwn: boolean;
}

/** What stands on a Lease while this process does something with its trial. */
export function markOfRun(now: number): Record<string, string> {
  const since = new Date(now).toISOString();
  return { [RUN]: JSON.stringify({ host: hostname(), pid: process.pid, since }) };
}

/**
 * The run that a Lease speaks of, undefined if it speaks of none.
 *
 * @param now by the cluster's clock
 */
export function runOf({ metadata, spec }: Lease, now: number): Run | undefined {
  const written = metadata.annotations[RUN];
  if (written === undefined) {
    return undefined;
  }
  const { data } = runner.safeParse(unquoted(written));
  const { host = "somewhere", pid = 0, since = "" } = data ?? {};
  const isRenewed = Date.parse(spec.renewTime) + DEAD_MILLISECONDS > now;
  return {
    by: `${oneLine(host)} (pid ${pid}) since ${oneLine(since)}`,
    isAlive: isRenewed && holderOf({ hostname: host, pid }) !== "gone",
    isOwn: host === hostname() && pid === process.pid,
  };
}

/** The annotations of a Lease with whose trial nobody does anything. */
export function withoutRun({ metadata }: Pick<Lease, "metadata">): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata.annotations).filter(([key]) => key !== RUN));
}
