import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { TimedFound } from "../scheduled/proof-run.ts";
import type { Proof } from "../verdict/finding.ts";
import type { Observed } from "../verdict/objects.ts";
import type { Timed } from "../waiting/wait.ts";

/** What was found of a member at its turn; of a CronJob with the Job that has proved it. */
export type Judged =
  | { readonly judgement: Timed<Observed, Proof>; readonly startedAt: string }
  | { readonly scheduled: TimedFound };

/**
 * What this run has found of members at their turns, until their group has its verdict: a wait that has ended with a failure, or
 * a Job that has run, is not repeated for the record. After a kill it is.
 */
export class Judgements {
  readonly #judged = new Map<string, Judged & { readonly release: ReadinessInputs }>();

  keep(release: ReadinessInputs, judged: Judged): void {
    this.#judged.set(keyOf(release), { ...judged, release });
  }

  of(release: ReadinessInputs): Judged | undefined {
    return this.#judged.get(keyOf(release));
  }

  /** The members of its group whose pods came up in this run, in the order of their turns. */
  inSetOf({ namespace, group }: ReadinessInputs): readonly ReadinessInputs[] {
    return [...this.#judged.values()].flatMap((judged) => {
      const { release } = judged;
      const isInSet = release.namespace === namespace && release.group?.set === group?.set;
      return isInSet && "judgement" in judged ? [release] : [];
    });
  }
}

/** The release, whatever has become of its group since. */
function keyOf({ namespace, deployment, image, manifestHash, group }: ReadinessInputs): string {
  const { kind, uid, generation } = deployment;
  return JSON.stringify([namespace, kind, uid, generation, image, manifestHash, group?.set]);
}
