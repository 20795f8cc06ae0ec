import { entryName } from "../../components/trial/definition.ts";
import { endTrial } from "./end.ts";
import type { Pool } from "./pool.ts";
import { assertNobodys, bookedLease, numberOf, slotsOf, standingOf } from "./slot.ts";
import { TrialStacks } from "./stacks.ts";

/** Where a pull request is tried: none if nowhere, several if a trial was lost. */
async function trialsOf(pool: Pool, number: number) {
  const { slots, book } = await slotsOf(pool);
  return slots.flatMap(({ namespace, lease }) =>
    lease !== undefined && numberOf(lease) === number
      ? [{ namespace, lease, standing: standingOf(lease, book.get(number), pool.now()) }]
      : [],
  );
}

/**
 * Ends the trial of a pull request, wherever something of it is left: in a namespace, in the book, or in the state alone.
 *
 * @returns the namespaces that it had
 * @throws CommandFailure while somebody does something with it, or with what holds up its end
 */
export async function endPullRequest(
  pool: Pool,
  number: number,
  seconds: number,
): Promise<string[]> {
  const found = await trialsOf(pool, number);
  for (const { namespace, standing } of found) {
    assertNobodys(number, namespace, standing);
  }
  const stacks = new TrialStacks(pool);
  for (const { namespace, lease } of found) {
    await endTrial(pool, stacks, { namespace, lease, seconds });
  }
  await forgetPullRequest(pool, stacks, number);
  return found.map(({ namespace }) => namespace);
}

/** Removes what is left of a pull request that has no namespace; nothing if it has got one meanwhile. */
export async function forgetPullRequest(
  pool: Pool,
  stacks: Pick<TrialStacks, "remove">,
  number: number,
): Promise<void> {
  const { leases, home } = pool;
  const entry = await leases.find(home, entryName(number));
  if (entry !== undefined && (await bookedLease(pool, number, entry)) !== undefined) {
    return;
  }
  await stacks.remove(number);
  if (entry !== undefined) {
    await leases.release(entry);
  }
}
