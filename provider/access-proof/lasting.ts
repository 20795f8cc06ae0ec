import { setTimeout as delay } from "node:timers/promises";
import { atATime } from "../cluster/at-a-time.ts";

/** An answer takes the API server a millisecond, and a way there and back: a thousand are had in a second. */
const AT_A_TIME = 16;

const PAUSE_MILLISECONDS = 250;

/**
 * What is wrong with claims about the cluster, and still is after a while: what was just written takes the API server a
 * moment to see.
 * @param faultOf what is wrong with one, undefined if it is so
 * @param patience for how many milliseconds those that are not so are looked at again
 */
export async function lastingFaults<Claim, Fault>(
  claims: readonly Claim[],
  faultOf: (claim: Claim) => Promise<Fault | undefined>,
  patience: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<Claim, Fault>> {
  const end = performance.now() + patience;
  let refuted = await refutedOf(claims, faultOf);
  while (refuted.size > 0 && performance.now() < end) {
    await delay(PAUSE_MILLISECONDS, undefined, { signal });
    refuted = await refutedOf([...refuted.keys()], faultOf);
  }
  return refuted;
}

async function refutedOf<Claim, Fault>(
  claims: readonly Claim[],
  faultOf: (claim: Claim) => Promise<Fault | undefined>,
): Promise<ReadonlyMap<Claim, Fault>> {
  const faults = await atATime(AT_A_TIME, claims, faultOf);
  const refuted = new Map<Claim, Fault>();
  for (const [index, claim] of claims.entries()) {
    const fault = faults[index];
    if (fault !== undefined) {
      refuted.set(claim, fault);
    }
  }
  return refuted;
}
