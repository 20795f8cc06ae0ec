import type { VerdictSettings } from "../../contract/verdict.ts";
import { newReplicaSet } from "./deployment.ts";
import type { Finding } from "./finding.ts";
import { type Loss, podLossOf } from "./lost-pod.ts";
import { type Observed, ownerOf, uidOf } from "./objects.ts";

/** What was lost so long before the wait is not of this rollout. */
const BEFORE_MILLISECONDS = 30_000;

/** Losses that are told beside another finding. */
const TOLD = 3;

/** How far the pods are that take the place of lost ones. */
export interface Replacement {
  readonly desired: number;
  readonly living: number;
  readonly ready: number;
}

const WORDS = {
  "node-refused": "refused by the node",
  evicted: "evicted",
  disrupted: "taken from the node",
} as const satisfies Readonly<Record<Loss["reason"], string>>;

/** The release's pods that are lost as far as they are still there, the first one first. */
export function lossesOf(observed: Observed): Loss[] {
  const replicaSet = newReplicaSet(observed);
  return observed.pods
    .filter((pod) => replicaSet !== undefined && ownerOf(pod) === uidOf(replicaSet))
    .flatMap((pod) => podLossOf(pod) ?? [])
    .sort((one, other) => (one.at ?? "").localeCompare(other.at ?? ""));
}

/** The pods that were lost in the course of a wait, also those that are gone. */
export class Losses {
  readonly #seen = new Map<string, Loss>();
  #since: number | undefined;

  /** @param waited milliseconds since the wait began */
  see(observed: Observed, waited: number): readonly Loss[] {
    const { clusterTime } = observed;
    this.#since ??= clusterTime && clusterTime - waited - BEFORE_MILLISECONDS;
    for (const loss of lossesOf(observed)) {
      if (!(Date.parse(loss.at ?? "") < (this.#since ?? 0))) {
        this.#seen.set(loss.uid, this.#seen.get(loss.uid) ?? loss);
      }
    }
    return [...this.#seen.values()];
  }

  /** What else is to be said of a release that failed. */
  notesOn({ reason, message }: Finding): string[] {
    return [...this.#seen.values()]
      .filter((loss) => loss.reason !== reason && !message.includes(loss.message))
      .slice(-TOLD)
      .map((loss) => `pod ${loss.pod} was ${WORDS[loss.reason]}: ${loss.message}`);
  }
}

/**
 * What lost pods say of a release. One loss is bad luck: the controller makes another pod. More of them than each pod
 * may be restarted are no luck any more, and one that the next pod meets as well is none at all.
 */
export function judgeLosses(
  { tolerate: { restarts = 1, unschedulableSeconds = 30 } = {} }: VerdictSettings,
  losses: readonly Loss[],
  { desired, living, ready }: Replacement,
): Finding[] {
  if (ready >= desired) {
    return [];
  }
  return (["evicted", "node-refused", "disrupted"] as const).flatMap((reason) => {
    const alike = losses.filter((loss) => loss.reason === reason);
    const shown = alike.find(({ chance }) => chance === "never") ?? alike.at(-1);
    const [first] = alike;
    if (shown === undefined || first === undefined) {
      return [];
    }
    const isFinal = shown.chance === "never" || alike.length > Math.max(restarts, 1) * desired;
    if (!isFinal && living >= desired && reason !== "evicted") {
      return [];
    }
    const tolerance = !isFinal ? Infinity : shown.chance === "later" ? unschedulableSeconds : 0;
    return [{ reason, object: `pod ${first.pod}`, message: messageOf(shown, alike), tolerance }];
  });
}

function messageOf({ reason, message }: Loss, { length }: readonly Loss[]): string {
  return length > 1
    ? `${WORDS[reason]} ${length} times, last: ${message}`
    : `${WORDS[reason]}: ${message}`;
}
