import type { Forms, ValuesOf } from "./forms.ts";

/**
 * Every setting of the verdict. One that comes later gets no `default`: its rule has it, for what is sent of every
 * service is a change in every stack.
 */
export const VERDICT = {
  /**
   * Seconds without progress after which a rollout has failed: the Deployment's `progressDeadlineSeconds`.
   * @default 120
   */
  deadlineSeconds: { from: 5, to: 3600, default: 120 },
  /**
   * Seconds that the whole wait for a release's verdict may take, whatever progress it makes; a rollback may take them
   * again. They count from the start of the wait, even if the API server never answers.
   * @default - 600, or five times `deadlineSeconds` if that is more
   */
  timeoutSeconds: { from: 5, to: 86400 },
  /**
   * Seconds for which the started service may answer its readiness probe with "not yet" (503, 429 or nothing in
   * time), at most `deadlineSeconds`. Other failures count after the probe's own time. For as long, it may also crash
   * because what it depends on does not answer.
   * @default 60
   */
  warmupSeconds: { from: 1, to: 3600, default: 60 },
  /**
   * Seconds for which each pod must stay ready until it counts, the Deployment's `minReadySeconds`: less than
   * `deadlineSeconds` and `timeoutSeconds`. A crash, a lost readiness or an eviction meanwhile fails the release.
   * @default - 10, or half of `deadlineSeconds` or `timeoutSeconds` if that is less
   * @see docs/decisions/0023-settle.md
   */
  settleSeconds: { from: 0, to: 600, remedy: "for longer, let a promotion wait: promoteFrom.soak" },
  /**
   * What a release is given time for before it has failed: `restarts` of each container, `unschedulableSeconds`
   * without a node, `registrySeconds` without reaching the registry, `probeSeconds` with a wrong answer to a probe,
   * `configSeconds` without a Secret or ConfigMap.
   * @default - 1, 30, 60 and 10, and 60 for a Secret that a controller is about to create
   */
  tolerate: {
    each: {
      /**
       * How often each container may end and be started again.
       * @default - 1, and 0 while a pod that was ready settles
       */
      restarts: { from: 0, to: 20 },
      /**
       * Seconds for which a pod may find no node.
       * @default 30
       */
      unschedulableSeconds: { from: 0, to: 3600 },
      /**
       * Seconds for which a node may fail to reach the registry.
       * @default 60
       */
      registrySeconds: { from: 0, to: 3600 },
      /**
       * Seconds for which a container may answer a probe with what waiting can hardly change: a path that is missing,
       * not allowed or broken, or a port on which nobody listens though the container listens on another one.
       *
       * @default - 10, or as long as the container took to answer at all, at most `warmupSeconds`
       */
      probeSeconds: { from: 0, to: 3600 },
      /**
       * Seconds for which a Secret or ConfigMap may be missing.
       *
       * @default - 60 for a Secret that a controller is about to make, 30 for another pull secret, 0 otherwise
       */
      configSeconds: { from: 0, to: 3600 },
    },
    default: {},
  },
  /**
   * Whether the last lines of the containers' logs are part of a failed release's report and record.
   * @default true
   */
  logs: {
    whether: "a failed release's report has the last lines of the containers' logs",
    default: true,
  },
  /**
   * Whether a failed release is replaced by the last one that was ready: its pod template is restored. The `up` fails
   * all the same.
   * @default true
   */
  rollback: {
    whether: "a failed release is replaced by the last one that was ready",
    default: true,
  },
} as const satisfies Forms;

/** How a verdict comes about, as far as a service may say so. */
export type VerdictSettings = ValuesOf<typeof VERDICT>;

const SETTLE_SECONDS = 10;

type Times = Pick<VerdictSettings, "settleSeconds" | "timeoutSeconds"> & {
  readonly deadlineSeconds: number;
};

/** Seconds for which each pod must stay ready, as set or by default: half of the time is left to get ready. */
export function settleSecondsOf({
  settleSeconds,
  deadlineSeconds,
  timeoutSeconds = Infinity,
}: Times): number {
  const half = Math.floor(Math.min(deadlineSeconds, timeoutSeconds) / 2);
  return settleSeconds ?? Math.min(SETTLE_SECONDS, half);
}

/**
 * What `settleSeconds` must be less than, in words. The API server refuses a Deployment with `minReadySeconds` that reach
 * its progress deadline.
 *
 * @param settings as they were written, whatever their types
 * @returns undefined if it is less
 */
export function settleBound(settings: Readonly<Record<string, unknown>>): string | undefined {
  const { settleSeconds } = settings;
  const { deadlineSeconds = VERDICT.deadlineSeconds.default, timeoutSeconds } = settings;
  const bounds = { deadlineSeconds, timeoutSeconds };
  return Object.entries(bounds).flatMap(([name, bound]) =>
    typeof settleSeconds === "number" &&
    settleSeconds > 0 &&
    typeof bound === "number" &&
    settleSeconds >= bound
      ? [`less than ${name}, which is ${bound}`]
      : [],
  )[0];
}
