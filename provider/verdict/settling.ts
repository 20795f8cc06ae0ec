import type { ReadinessInputs } from "../../contract/readiness.ts";
import { settleSecondsOf } from "../../contract/verdict.ts";
import { type EarlierCrash, earlierCrash } from "./earlier-crash.ts";
import { isPodOf, newReplicaSet, podsOf } from "./revision.ts";
import { type Finding, toleranceOf } from "./finding.ts";
import { condition, type Observed, type Pod, uidOf } from "./objects.ts";
import { podFinding } from "./pod-finding.ts";
import { isReady, statusesOf } from "./pod.ts";
import { answerSeconds } from "./probe-kill.ts";

/** The kubelet looks at its containers each second, and what it saw is with the API server a moment later. */
const REPORT_SECONDS = 2;

/** What a readiness probe takes at least to see that a service answers again. */
const RECOVERY_SECONDS = 10;

/** How a pod has ceased to be ready before it had settled. */
export interface Relapse {
  /** For how long it had been ready. */
  readonly readySeconds: number;
  /** For how long it was to be. */
  readonly settleSeconds: number;
  /** Whether that was not the first time. */
  readonly isRepeated: boolean;
}

/** A pod in the course of a wait. */
interface Course {
  /** Since when it has been ready, on the clock of the wait; undefined while it is not. */
  readonly since: number | undefined;
  readonly restarts: number;
  /** How it ended before it was first seen, if it did a while ago. */
  readonly crash: EarlierCrash | undefined;
  /** For how much longer it has to be ready, in milliseconds. */
  readonly more: number;
  /** How often it ceased to be ready before it had settled. */
  readonly relapses: number;
  /** The last time, until it is ready again. */
  readonly relapse: Relapse | undefined;
}

/** How settled the pods of a release are at one moment. */
export interface Settlement {
  /** Of the pods that are not ready any more, or lost, by their uids. */
  readonly relapses: ReadonlyMap<string, Relapse>;
  /** How many pods are ready and have not settled. */
  readonly settling: number;
  /** For how long each has to be ready. */
  readonly seconds: number;
  /** When all of them have settled that are ready now, on the clock of the wait. */
  readonly until: number;
  /** What is to be said of pods that crashed before they were first seen. */
  readonly crashes: readonly string[];
}

/** The settlement of a release of which only this moment is known: what its Deployment counts has to do. */
export const UNKNOWN_SETTLEMENT: Settlement = {
  relapses: new Map(),
  settling: 0,
  seconds: 0,
  until: -Infinity,
  crashes: [],
};

/**
 * Which pods have stayed ready for `settleSeconds`, and which have not. Kubernetes counts the same with `minReadySeconds`,
 * but in whole seconds, and by what the kubelet had reported so far: a crash in the last second would be missed.
 */
export class Settling {
  readonly #seconds: number;
  readonly #courses = new Map<string, Course>();

  constructor(release: ReadinessInputs) {
    this.#seconds = settleSecondsOf(release);
  }

  /** @param now on the clock of the wait, in milliseconds */
  see(observed: Observed, now: number): Settlement {
    const replicaSet = newReplicaSet(observed);
    if (this.#seconds === 0 || replicaSet === undefined) {
      return UNKNOWN_SETTLEMENT;
    }
    const living = new Set(podsOf(replicaSet, observed.pods));
    for (const pod of observed.pods.filter((each) => isPodOf(replicaSet, each))) {
      const since = living.has(pod) && isReady(pod) ? readySince(pod, observed, now) : undefined;
      this.#courses.set(uidOf(pod), this.#next(pod, since, now, observed.clusterTime));
    }
    const ends = [...living]
      .map((pod) => this.#endOf(this.#courses.get(uidOf(pod))))
      .filter((end) => end > now);
    const relapses = [...this.#courses].flatMap(([uid, { relapse }]) =>
      relapse === undefined ? [] : [[uid, relapse] as const],
    );
    return {
      relapses: new Map(relapses),
      settling: ends.length,
      seconds: this.#seconds,
      until: Math.max(...ends),
      crashes: [...living].flatMap((pod) => this.#courses.get(uidOf(pod))?.crash?.note ?? []),
    };
  }

  /** @param readySince since when the pod is ready as far as only this moment shows; undefined if it is not */
  #next(pod: Pod, readySince: number | undefined, now: number, clusterTime = NaN): Course {
    const restarts = statusesOf(pod).reduce((sum, { restartCount }) => sum + restartCount, 0);
    const before = this.#courses.get(uidOf(pod));
    if (before === undefined) {
      const crash = earlierCrash(pod, clusterTime);
      const more = moreOf(crash, readySince, now);
      return { since: readySince, restarts, crash, more, relapses: 0, relapse: undefined };
    }
    const { since, relapses, relapse, crash } = before;
    const hasLost = readySince === undefined || restarts > before.restarts;
    const hasRelapsed = since !== undefined && hasLost && this.#endOf(before) > now;
    return {
      crash,
      // It settles anew, and has been seen since.
      more: hasLost ? 0 : before.more,
      since: readySince === undefined ? undefined : hasLost ? now : (since ?? now),
      restarts,
      relapses: relapses + (hasRelapsed ? 1 : 0),
      relapse:
        readySince !== undefined
          ? undefined
          : hasRelapsed
            ? this.#relapse(since, now, relapses > 0)
            : relapse,
    };
  }

  #relapse(since: number, now: number, isRepeated: boolean): Relapse {
    const readySeconds = Math.round((now - since) / 1000);
    return { readySeconds, settleSeconds: this.#seconds, isRepeated };
  }

  #endOf({ since = -Infinity, more = 0 }: Partial<Course> = {}): number {
    return since + (this.#seconds + REPORT_SECONDS) * 1000 + more;
  }
}

/** A pod that crashed before it was seen settles as of now, and for longer than it ran the last time. */
function moreOf(crash: EarlierCrash | undefined, since: number | undefined, now: number): number {
  return crash === undefined || since === undefined || since === -Infinity
    ? 0
    : now - since + crash.leftSeconds * 1000;
}

/**
 * Since when a pod is ready that was not seen before; without the cluster's clock, it has been so for ever. Its node says
 * when, whose clock may be slow: the API server says before when it was not.
 */
function readySince(pod: Pod, { clusterTime }: Observed, now: number): number {
  const at = Date.parse(condition(pod, "Ready")?.lastTransitionTime ?? "");
  const createdAt = Date.parse(pod.metadata?.creationTimestamp ?? "");
  return clusterTime === undefined || Number.isNaN(at)
    ? -Infinity
    : now - Math.max(clusterTime - Math.max(at, createdAt || at), 0);
}

/**
 * What stands between a pod and ready that was ready already. A crash counts at once. A probe that fails may be a hiccup:
 * the first time it has the time of a probe to answer again, and a service that was ready needs no time to warm up.
 *
 * @param found what the pod shows by itself
 */
export function judgeRelapse(relapse: Relapse, pod: Pod, found: readonly Finding[]): Finding[] {
  const probes = (pod.spec?.containers ?? []).map(({ readinessProbe }) => readinessProbe);
  const recovery = Math.max(RECOVERY_SECONDS, ...probes.map(answerSeconds));
  const most = relapse.isRepeated ? 0 : recovery;
  const shown =
    found.length > 0 ? found : [podFinding(pod, "not-ready", "it is not ready any more")];
  return shown.map((finding) => ({
    ...finding,
    message: `${finding.message}; ${wordsOf(relapse)}`,
    // Its time counts from the loss, whatever is known of it when.
    phase: "relapsed",
    tolerance: Math.min(toleranceOf(finding), most),
  }));
}

/** How soon a pod has ceased to be ready. */
export function wordsOf({ readySeconds, settleSeconds, isRepeated }: Relapse): string {
  const again = isRepeated ? ", again" : "";
  return `it had been ready for ${readySeconds} s${again}, and settleSeconds asks for ${settleSeconds} s`;
}
