import { setTimeout as pause } from "node:timers/promises";

import { CommandFailure } from "../exit-code.ts";
import { leftIn, leftWords, removeLeft } from "./left.ts";
import type { Pool } from "./pool.ts";

const LOOK_MILLISECONDS = 500;

/** Nobody reads more of them. */
const MOST_TOLD = 5;

/** How a namespace is emptied. */
export interface Emptying {
  /** For how long its objects are awaited. */
  readonly seconds: number;
  /** Whether it is still ours to empty: asked after each look, before anything of that look is deleted. */
  readonly isOurs: () => Promise<boolean>;
}

/**
 * Deletes everything in a namespace of the pool but what bounds it, and waits until it is gone. The namespace itself stays.
 *
 * @throws CommandFailure with what is left, if it does not go in time
 */
export async function emptyNamespace(
  { api, kinds, signal }: Pool,
  namespace: string,
  { seconds, isOurs }: Emptying,
): Promise<void> {
  const known = await kinds();
  const until = performance.now() + seconds * 1000;
  for (;;) {
    const left = await leftIn(api, known, namespace, signal);
    // What a look has shown before that was asked is of the trial that ends, and of no later one.
    if (!(await isOurs())) {
      throw new CommandFailure(
        `${namespace}: somebody else has taken it over meanwhile; nothing more was deleted`,
      );
    }
    if (left.length === 0) {
      return;
    }
    const own = left.filter(({ isOwned, deletedAt }) => !isOwned && deletedAt === undefined);
    await Promise.all(own.map((each) => removeLeft(api, each, signal)));
    if (performance.now() > until) {
      throw new CommandFailure(hungWords(namespace, left, seconds));
    }
    await pause(LOOK_MILLISECONDS);
  }
}

function hungWords(
  namespace: string,
  left: readonly Parameters<typeof leftWords>[0][],
  seconds: number,
): string {
  const held = left.toSorted((one, other) => other.finalizers.length - one.finalizers.length);
  const told = held.slice(0, MOST_TOLD).map(leftWords);
  const more = left.length > told.length ? [`and ${left.length - told.length} more objects`] : [];
  return [
    `${namespace} is not empty after ${seconds} s, so that nobody else gets it:`,
    ...told,
    ...more,
    `see to what is told here, and run npx slipway trial sweep: it goes on with this`,
  ].join("\n    ");
}
