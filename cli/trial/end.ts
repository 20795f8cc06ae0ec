import { entryName } from "../../components/trial/definition.ts";
import { namespaceState } from "../../provider/namespace-state.ts";
import { CommandFailure } from "../exit-code.ts";
import { emptyNamespace } from "./empty.ts";
import { type Hold, held } from "./held.ts";
import type { Lease } from "./lease.ts";
import type { Pool } from "./pool.ts";
import { ENDING, endingSince, numberOf } from "./slot.ts";
import type { TrialStacks } from "./stacks.ts";

/** A trial that is to end. */
export interface Ending {
  readonly namespace: string;
  readonly lease: Lease;
  /** For how long its objects are awaited. */
  readonly seconds: number;
}

/**
 * Ends a trial: marks it, so that nothing is delivered into it any more; empties its namespace; forgets its state; and gives the namespace
 * back last. What is interrupted anywhere goes on from there, and a namespace that is not empty is nobody else's.
 *
 * @throws CommandFailure with what holds it up
 */
export async function endTrial(pool: Pool, stacks: TrialStacks, ending: Ending): Promise<void> {
  const { namespace, lease, seconds } = ending;
  const isBegun = ENDING in lease.metadata.annotations;
  const end = async ({ isOurs, giveBack }: Hold) => {
    await assertStanding(pool, namespace);
    await emptyNamespace(pool, namespace, { seconds, isOurs });
    const number = numberOf(lease);
    if (number !== undefined) {
      await forget(pool, stacks, number, namespace);
    }
    await giveBack();
  };
  await held(pool, lease, end, isBegun ? {} : endingSince(pool.now()));
}

/** The state first: without an entry nothing would lead to it but its name. */
async function forget(
  { leases, home }: Pool,
  stacks: TrialStacks,
  number: number,
  namespace: string,
): Promise<void> {
  const entry = await leases.find(home, entryName(number));
  if (entry !== undefined && entry.spec.holderIdentity !== namespace) {
    // The pull request has a different trial, whose state this is.
    return;
  }
  await stacks.remove(number);
  if (entry !== undefined) {
    await leases.release(entry);
  }
}

/** Nothing can be emptied faster than the cluster deletes it, and it says itself what it waits for. */
async function assertStanding({ api, signal }: Pool, namespace: string): Promise<void> {
  const { end } = await namespaceState(api, namespace, signal);
  if (end !== undefined) {
    throw new CommandFailure(
      `${end.told}; ${end.remedy}; then an administrator's pulumi up --refresh makes it again, and npx slipway trial sweep forgets the trial`,
    );
  }
}
