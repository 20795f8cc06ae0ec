import { setTimeout as delay } from "node:timers/promises";
import type { ReadinessInputs } from "../../contract";
import type { Cluster } from "../cluster";
import { isDisabling } from "../cluster/preflight";
import type { Subscription } from "../cluster/subscription";
import type { Finding, Verdict } from "../verdict/finding";
import { newReplicaSet } from "../verdict/deployment";
import { type Observed, ownerOf, uidOf } from "../verdict/objects";
import { judgeAtOnce, Rollout } from "../verdict/rollout";
import { forbidden, refusal } from "./forbidden";

/** An API server that restarts is back by then; one that was not reached at all until then is not there. */
const FIRST_ANSWER_MILLISECONDS = 60_000;

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
  /** The longest wait in seconds from its start; 0 for as long as the rollout makes progress. */
  readonly timeoutSeconds: number;
  /** Told each new line on the rollout's progress. */
  readonly progress: (text: string) => void;
}

/**
 * Waits for the verdict on a release. Every wait ends: with the verdict, at the deadline, or with the signal.
 *
 * A watch may be behind, so that an absent Deployment is looked for directly before it counts as missing.
 */
export async function awaitVerdict(
  cluster: Cluster,
  release: ReadinessInputs,
  { signal, timeoutSeconds, progress }: WaitOptions,
): Promise<Judgement> {
  const startedAt = performance.now();
  const rollout = new Rollout(release, startedAt, timeoutSeconds);
  const subscription = await cluster.follow(release);
  try {
    for (let told = ""; ;) {
      const observed = subscription.observe();
      const judged = signal.aborted
        ? interrupted(release)
        : judge(release, subscription, rollout, observed, startedAt);
      const verdict =
        (await namespaceLeaving(cluster, release, judged, observed, signal)) ?? judged;
      if (verdict.kind === "progressing") {
        if (verdict.text !== told && verdict.text !== "") {
          progress((told = verdict.text));
        }
        await subscription.changed(verdict.wakeAt - performance.now(), signal);
        continue;
      }
      const sure = await confirmed(cluster, release, verdict, signal);
      if (sure !== undefined || performance.now() >= rollout.deadline()) {
        return { verdict: sure ?? verdict, observed };
      }
      await delay(LAG_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    subscription.close();
  }
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
  const startedAt = performance.now();
  const subscription = await cluster.follow(release);
  try {
    for (;;) {
      const observed = subscription.observe();
      const trouble = judgeTroubles(release, subscription, startedAt);
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
        if (performance.now() >= startedAt + FIRST_ANSWER_MILLISECONDS) {
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
  startedAt: number,
): Verdict {
  const trouble = judgeTroubles(release, subscription, startedAt);
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

/** What the watches themselves have to say: the verdict while they show nothing. */
function judgeTroubles(
  release: ReadinessInputs,
  subscription: Subscription,
  startedAt: number,
): Exclude<Verdict, { kind: "ready" }> | undefined {
  const { troubles, lack } = subscription;
  if (isDisabling(lack)) {
    return forbidden(release, lack);
  }
  const refused = troubles.filter((trouble) => trouble.kind === "refused");
  if (refused.length > 0) {
    return refusal(release, refused);
  }
  if (subscription.synced) {
    return undefined;
  }
  const message = troubles[0]?.message;
  const wakeAt = startedAt + FIRST_ANSWER_MILLISECONDS;
  if (performance.now() >= wakeAt) {
    return unreachable(release, message ?? "no answer to the first lists");
  }
  const text = message === undefined ? "" : `waits for the API server: ${message}`;
  return { kind: "progressing", text, wakeAt };
}

/** A verdict on a closer look than the watches give: undefined where only they are behind. */
async function confirmed(
  cluster: Cluster,
  release: ReadinessInputs,
  verdict: Judgement["verdict"],
  signal: AbortSignal,
): Promise<Judgement["verdict"] | undefined> {
  if (verdict.kind === "failed" && verdict.reason === "deployment-missing") {
    return confirmMissing(cluster, release, verdict, signal);
  }
  if (verdict.kind === "failed" && verdict.reason === "forbidden") {
    const lack = await cluster.lack(release, { afresh: true }, signal);
    return isDisabling(lack) ? forbidden(release, lack) : verdict;
  }
  return verdict;
}

/** Pods of a release that is still awaited do not leave by themselves: it may be that their whole namespace does. */
async function namespaceLeaving(
  cluster: Cluster,
  release: ReadinessInputs,
  { kind }: Verdict,
  observed: Observed,
  signal: AbortSignal,
): Promise<Judgement["verdict"] | undefined> {
  const uid = newReplicaSet(observed)?.metadata?.uid;
  const isLeaving = observed.pods.some(
    (pod) => pod.metadata?.deletionTimestamp !== undefined && ownerOf(pod) === uid,
  );
  return kind === "progressing" && isLeaving
    ? namespaceGone(cluster, release.namespace, signal)
    : undefined;
}

async function namespaceGone(
  cluster: Cluster,
  namespace: string,
  signal: AbortSignal,
): Promise<Judgement["verdict"] | undefined> {
  const state = await cluster.namespace(namespace, signal);
  if (state !== "missing" && state !== "terminating") {
    return undefined;
  }
  const message = `namespace ${namespace} is ${state}, and with it the deployment`;
  const reason = `namespace-${state}` as const;
  return { kind: "failed", reason, object: `namespace ${namespace}`, message };
}

async function confirmMissing(
  cluster: Cluster,
  { namespace, deployment: { name, uid } }: ReadinessInputs,
  verdict: Judgement["verdict"],
  signal: AbortSignal,
): Promise<Judgement["verdict"] | undefined> {
  try {
    const present = await cluster.deployment(namespace, name, signal);
    if (present && uidOf(present) === uid && !present.metadata?.deletionTimestamp) {
      return undefined;
    }
  } catch {
    // Whoever cannot answer has not said that it is missing.
    return undefined;
  }
  return (await namespaceGone(cluster, namespace, signal)) ?? verdict;
}

function unreachable(
  { namespace }: ReadinessInputs,
  message: string,
): { readonly kind: "failed" } & Finding {
  const reason = "cluster-unreachable";
  return {
    kind: "failed",
    reason,
    object: `namespace ${namespace}`,
    message: `the API server does not answer: ${message}`,
  };
}

function interrupted({ deployment }: ReadinessInputs): { readonly kind: "failed" } & Finding {
  const message =
    "the run was interrupted before there was a verdict; the next pulumi up judges again";
  return {
    kind: "failed",
    reason: "interrupted",
    object: `deployment ${deployment.name}`,
    message,
  };
}
