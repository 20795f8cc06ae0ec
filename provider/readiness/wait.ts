import { setTimeout as delay } from "node:timers/promises";
import type { ReadinessInputs } from "../../contract/readiness";
import type { Cluster } from "../cluster";
import type { Subscription } from "../cluster/subscription";
import type { Verdict } from "../verdict/finding";
import type { Observed } from "../verdict/objects";
import { judgeAtOnce, Rollout } from "../verdict/rollout";
import { confirmed, namespaceLeaving, supersededBefore } from "./closer-look";
import { ConfigLook, lookupIn } from "./config-look";
import { Limit, limitSeconds } from "./limit";
import { FIRST_ANSWER_MILLISECONDS, interrupted, judgeTroubles, unreachable } from "./trouble";

/** How soon to look again when a watch is behind what a direct look has shown. */
const LAG_MILLISECONDS = 500;

/** A verdict with what it was made from. */
export interface Judgement {
  readonly verdict: Exclude<Verdict, { kind: "progressing" }>;
  readonly observed: Observed;
}

export interface WaitOptions {
  /** Ends the wait at once. */
  readonly signal: AbortSignal;
  /**
   * Since when the wait counts, on the clock of `performance.now`.
   * @default - since the call
   */
  readonly startedAt?: number;
  /** The resource's `customTimeouts` in seconds, 0 where it has none. */
  readonly timeoutSeconds: number;
  /** Told each new line on the rollout's progress. */
  readonly progress: (text: string) => void;
}

/** What is known of a cluster that has not been heard of. */
const NOTHING: Observed = {
  deployment: undefined,
  replicaSets: [],
  pods: [],
  service: undefined,
  endpointSlices: [],
  ingress: undefined,
  warnings: [],
};

/**
 * Waits for the verdict on a release. Every wait ends: with the verdict, at the deadline, with the signal, or when its
 * time is over, whatever becomes of the requests.
 */
export async function awaitVerdict(
  cluster: Cluster,
  release: ReadinessInputs,
  options: WaitOptions,
): Promise<Judgement> {
  const { signal, startedAt = performance.now(), timeoutSeconds, progress } = options;
  const seconds = limitSeconds(release, timeoutSeconds);
  const until = startedAt + seconds * 1000;
  const rollout = new Rollout(release, startedAt, seconds);
  const answerBy = Math.min(startedAt + FIRST_ANSWER_MILLISECONDS, until);
  const limit = new Limit(until, signal);
  const following = cluster.follow(release);
  try {
    const subscription = await limit.within(following);
    if (subscription === undefined) {
      const verdict = signal.aborted ? interrupted(release) : unreachable(release);
      return { verdict, observed: NOTHING };
    }
    const judgeNow = (observed: Observed) =>
      signal.aborted
        ? interrupted(release)
        : judge(release, subscription, rollout, observed, answerBy);
    const hasTime = () => performance.now() < rollout.deadline();
    const watching = { judgeNow, hasTime, signal: limit.signal, progress };
    return await watchOver(cluster, release, subscription, watching);
  } finally {
    limit.close();
    following.then(closed, ignored);
  }
}

interface Watching {
  readonly judgeNow: (observed: Observed) => Verdict;
  /** Whether it is of use to look again. */
  readonly hasTime: () => boolean;
  /** Ends requests and pauses. */
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

/** A watch may be behind, so that an absent Deployment is looked for directly before it counts as missing. */
async function watchOver(
  cluster: Cluster,
  release: ReadinessInputs,
  subscription: Subscription,
  { judgeNow, hasTime, signal, progress }: Watching,
): Promise<Judgement> {
  const woken = () => {
    subscription.wake();
  };
  const config = new ConfigLook(lookupIn(cluster.api, release.namespace), woken, signal);
  let isFirst = true;
  for (let told = ""; ;) {
    const observed = config.see(subscription.observe());
    const judged = judgeNow(observed);
    const verdict =
      (isFirst ? await supersededBefore(cluster, release, observed, signal) : undefined) ??
      (await namespaceLeaving(cluster, release, judged, observed, signal)) ??
      judged;
    isFirst &&= observed.deployment === undefined;
    if (verdict.kind === "progressing") {
      if (verdict.text !== told && verdict.text !== "") {
        progress((told = verdict.text));
      }
      await subscription.changed(verdict.wakeAt - performance.now(), signal);
      continue;
    }
    const sure = await confirmed(cluster, release, verdict, signal);
    if (sure !== undefined || !hasTime()) {
      return { verdict: sure ?? verdict, observed };
    }
    await delay(LAG_MILLISECONDS, undefined, { signal }).catch(ignored);
  }
}

function closed(subscription: Subscription): void {
  subscription.close();
}

function ignored(): void {
  // Ended by the signal, or too late to matter.
}

/**
 * The verdict of this moment.
 * @throws Error where the cluster cannot be read
 */
export async function presentVerdict(
  cluster: Cluster,
  release: ReadinessInputs,
  signal: AbortSignal,
): Promise<Judgement> {
  const answerBy = performance.now() + FIRST_ANSWER_MILLISECONDS;
  const subscription = await cluster.follow(release);
  try {
    for (;;) {
      const observed = subscription.observe();
      const trouble = judgeTroubles(release, subscription, answerBy);
      const hopeless = signal.aborted ? interrupted(release) : trouble;
      if (hopeless?.kind === "failed") {
        const sure = (await confirmed(cluster, release, hopeless, signal)) ?? hopeless;
        const { message, notes = [] } = "message" in sure ? sure : hopeless;
        throw new Error([`${release.service}: ${message}`, ...notes].join("\n"));
      }
      if (trouble === undefined) {
        const verdict = await confirmed(cluster, release, judgeAtOnce(release, observed), signal);
        if (verdict !== undefined) {
          return { verdict, observed };
        }
        if (performance.now() >= answerBy) {
          throw new Error(`${release.service}: the API server does not answer`);
        }
      }
      await subscription.changed(LAG_MILLISECONDS, signal);
    }
  } finally {
    subscription.close();
  }
}

function judge(
  release: ReadinessInputs,
  subscription: Subscription,
  rollout: Rollout,
  observed: Observed,
  answerBy: number,
): Verdict {
  const trouble = judgeTroubles(release, subscription, answerBy);
  if (trouble !== undefined) {
    return trouble;
  }
  const verdict = rollout.judge(observed, performance.now());
  const silent = subscription.troubles.find(({ kind }) => kind === "unreachable");
  if (silent === undefined || verdict.kind === "ready") {
    return verdict;
  }
  if (verdict.kind === "progressing") {
    return { ...verdict, text: `${verdict.text}; no answer of the API server: ${silent.message}` };
  }
  return performance.now() >= rollout.deadline() ? unreachable(release, silent.message) : verdict;
}
