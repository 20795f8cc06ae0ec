import type { VerdictSettings } from "../../contract/verdict.ts";
import { isPodOf, newReplicaSet } from "./revision.ts";
import type { Finding } from "./finding.ts";
import { type Loss, podLossOf } from "./lost-pod.ts";
import type { Observed } from "./objects.ts";
import { type Settlement, wordsOf } from "./settling.ts";

/** What was lost so long before the wait is not of this rollout. */
const BEFORE_MILLISECONDS = 30_000;

/** Losses that are told beside another finding, or of a release that is ready. */
const TOLD = 3;

/** Evicted pods are kept until somebody clears them away, and say less and less of the release. */
const RECENT_MILLISECONDS = 3_600_000;

/** How far the pods are that take the place of lost ones. */
export interface Replacement {
  readonly desired: number;
  readonly living: number;
  readonly ready: number;
  readonly settlement: Settlement;
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
    .filter((pod) => replicaSet !== undefined && isPodOf(replicaSet, pod))
    .flatMap((pod) => podLossOf(pod, observed.warnings) ?? [])
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
      .map(noteOn);
  }

  /** What else is to be said of a release that is ready. */
  notesOnReady(observed: Observed): string[] {
    const present = lossesOf(observed).map((loss) => [loss.uid, loss] as const);
    return recentNotes([...new Map([...this.#seen, ...present]).values()], observed);
  }
}

/** What is to be said of a release that is ready, and has lost pods a while ago: the next ones may go the same way. */
export function recentNotes(losses: readonly Loss[], { clusterTime = NaN }: Observed): string[] {
  return losses
    .filter(({ at }) => !(Date.parse(at ?? "") < clusterTime - RECENT_MILLISECONDS))
    .slice(-TOLD)
    .map((loss) => (loss.at === undefined ? noteOn(loss) : `${noteOn(loss)} (${loss.at})`));
}

function noteOn({ pod, reason, message }: Loss): string {
  return `pod ${pod} was ${WORDS[reason]}: ${message}`;
}

/**
 * What lost pods say of a release. One loss is bad luck: the controller makes another pod. More of them than each pod
 * may be restarted are no luck any more, and one that the next pod meets as well is none at all. Neither is the loss of
 * a pod that was ready and had not settled, unless the settings tolerate it.
 */
export function judgeLosses(
  { tolerate: { restarts, unschedulableSeconds = 30 } = {} }: VerdictSettings,
  losses: readonly Loss[],
  { desired, living, ready, settlement: { relapses } }: Replacement,
): Finding[] {
  if (ready >= desired) {
    return [];
  }
  return (["evicted", "node-refused", "disrupted"] as const).flatMap((reason) => {
    const alike = losses.filter((loss) => loss.reason === reason);
    const relapsed = (restarts ?? 0) > 0 ? undefined : alike.find(({ uid }) => relapses.has(uid));
    const shown = relapsed ?? alike.find(({ chance }) => chance === "never") ?? alike.at(-1);
    const first = relapsed ?? alike[0];
    if (shown === undefined || first === undefined) {
      return [];
    }
    const isTooMany = alike.length > Math.max(restarts ?? 1, 1) * desired;
    const isFinal = relapsed !== undefined || shown.chance === "never" || isTooMany;
    if (!isFinal && living >= desired && reason !== "evicted") {
      return [];
    }
    const tolerance = !isFinal ? Infinity : shown.chance === "later" ? unschedulableSeconds : 0;
    const relapse = relapses.get(shown.uid);
    const message = [messageOf(shown, alike), ...(relapse ? [wordsOf(relapse)] : [])].join("; ");
    return [{ reason, object: `pod ${first.pod}`, message, tolerance }];
  });
}

function messageOf({ reason, message }: Loss, { length }: readonly Loss[]): string {
  return length > 1
    ? `${WORDS[reason]} ${length} times, last: ${message}`
    : `${WORDS[reason]}: ${message}`;
}
