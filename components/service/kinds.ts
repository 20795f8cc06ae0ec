import type { Completed, Forms } from "../../contract/forms.ts";
import { settleSecondsOf, VERDICT } from "../../contract/verdict.ts";
import { type PROOFS, resourceOfKind, type WorkloadKind } from "../../contract/workload-kind.ts";
import { type CompletedSteps, measuredSeconds } from "./steps.ts";

/** What delivers a service where its definition says nothing of it: a Deployment. */
export interface KindDefinition {
  /**
   * Pods with stable names, `db-0`, `db-1`, each with an address of its own: a StatefulSet. Its default of `replicas` is 1.
   * @default - interchangeable pods: a Deployment
   * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
   */
  readonly stateful?: true | StatefulDefinition;
  /**
   * One pod on each node: a DaemonSet.
   * @default - as many pods as `replicas` says
   * @see https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/
   */
  readonly everyNode?: true | EveryNodeDefinition;
  /**
   * Runs that begin at given times and end: a CronJob. It has no port, no probes and no number of pods.
   * @default - pods that go on running
   * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
   */
  readonly schedule?: ScheduleDefinition;
}

/** When a service runs, and how: in a CronJob's own words where it has them. */
export interface ScheduleDefinition {
  /** E.g. `0 3 * * *`. */
  readonly cron: string;
  /**
   * Of the IANA time zone database, such as `Europe/Berlin`.
   * @default - that of the cluster's controller manager, which mostly is UTC
   */
  readonly timeZone?: string;
  /**
   * Whether a run may begin while another one is going on: the CronJob's `concurrencyPolicy`.
   * @default Allow
   */
  readonly concurrency?: "Allow" | "Forbid" | "Replace";
  /**
   * Seconds after its time within which a run may still begin.
   * @default - any
   */
  readonly startingDeadlineSeconds?: number;
  /** How many runs are kept that have ended. */
  readonly history?: ScheduleHistory;
  /**
   * Seconds that a run may take.
   * @default - any
   */
  readonly activeDeadlineSeconds?: number;
  /**
   * How often a run is tried again.
   * @default 6
   */
  readonly backoffLimit?: number;
  /**
   * Whether no run begins by itself.
   * @default false
   */
  readonly suspend?: boolean;
  /**
   * How a release is proved: by a run of it, as of `kubectl create job --from`, or by the API server's acceptance, which
   * proves nothing of the image.
   * @default - run, or accepted while it is suspended
   */
  readonly prove?: Proof;
}

/** How a CronJob's release is proved. */
export type Proof = (typeof PROOFS)[number];

/** How many runs are kept that have ended. */
export interface ScheduleHistory {
  /** @default 3 */
  readonly successful?: number;
  /** @default 1 */
  readonly failed?: number;
}

/** How a StatefulSet makes and replaces its pods, in its own words. */
export interface StatefulDefinition {
  /**
   * `OrderedReady`: one pod after the other. `Parallel`: all at once, but for updates.
   * @default OrderedReady
   */
  readonly podManagementPolicy?: "OrderedReady" | "Parallel";
  /**
   * The number of the first pod that is updated: those below it keep their revision. Less than `replicas`, because a release
   * is proved by the pods that run it.
   * @default 0
   */
  readonly partition?: number;
  /**
   * What becomes of the claims of pods that are no longer wanted.
   * @default - both are kept
   */
  readonly persistentVolumeClaimRetentionPolicy?: RetentionPolicy;
  /**
   * Name of the headless Service that gives each pod its address, `db-0.<serviceName>`.
   * @default - the service's name with `-headless` behind it
   */
  readonly serviceName?: string;
}

/** What becomes of a claim. */
export type Retention = "Retain" | "Delete";

/** When claims are deleted. */
export interface RetentionPolicy {
  /**
   * When the StatefulSet is deleted.
   * @default Retain
   */
  readonly whenDeleted?: Retention;
  /**
   * When it gets fewer pods.
   * @default Retain
   */
  readonly whenScaled?: Retention;
}

/** How a DaemonSet replaces its pods, in its own words; one of both is not 0. */
export interface EveryNodeDefinition {
  /**
   * How many nodes may be without a pod during an update: a number, or a share such as `10%`.
   * @default - 1, or 0 with `maxSurge`
   */
  readonly maxUnavailable?: number | string;
  /**
   * On how many nodes a new pod starts before the old one ends.
   * @default 0
   */
  readonly maxSurge?: number | string;
}

/** What delivers a service, with a value for everything that has a default. */
export interface Kinds {
  readonly stateful?: CompleteStateful;
  readonly everyNode?: CompleteEveryNode;
  readonly schedule?: CompleteSchedule;
}

type CompleteSchedule = ScheduleDefinition & { readonly prove: Proof };

type CompleteStateful = Required<Omit<StatefulDefinition, "persistentVolumeClaimRetentionPolicy">> &
  Pick<StatefulDefinition, "persistentVolumeClaimRetentionPolicy">;

type CompleteEveryNode = Required<EveryNodeDefinition>;

/** Bounds of numbers in the definition. */
export const KIND_NUMBERS = {
  partition: { from: 0, to: 4999 },
  startingDeadlineSeconds: { from: 10, to: 604_800, remedy: "the controller looks each 10 s" },
  activeDeadlineSeconds: { from: 1, to: 604_800 },
  backoffLimit: { from: 0, to: 100 },
  history: { from: 0, to: 100 },
} as const satisfies Forms;

/** Kubernetes' own default: pods that share nothing are no copies of one another. */
const STATEFUL_REPLICAS = 1;

/** What else of a definition this depends on. */
interface Definition extends KindDefinition {
  readonly replicas?: number;
  readonly autoscale?: { readonly max: number };
  readonly timeoutSeconds?: number;
}

type Verdict = Completed<typeof VERDICT>;

/** What delivers the service; keys that it does not use are absent. */
export function completeKinds(name: string, definition: KindDefinition): Kinds {
  const { stateful, everyNode, schedule } = definition;
  return {
    ...(stateful !== undefined && {
      stateful: {
        podManagementPolicy: "OrderedReady",
        partition: 0,
        serviceName: headlessName(name),
        ...(stateful === true ? {} : stateful),
      },
    }),
    ...(everyNode !== undefined && { everyNode: completeEveryNode(everyNode) }),
    ...(schedule !== undefined && {
      schedule: { prove: schedule.suspend === true ? "accepted" : "run", ...schedule },
    }),
  };
}

/** The default name of the headless Service of a StatefulSet. */
export function headlessName(name: string): string {
  return `${name}-headless`;
}

/** Pods of a kind that says itself how many it has count as one. */
export function completeReplicas(definition: Definition, otherwise: number): number {
  const { replicas, stateful, everyNode, schedule } = definition;
  if (everyNode !== undefined || schedule !== undefined) {
    return 1;
  }
  return replicas ?? (stateful === undefined ? otherwise : STATEFUL_REPLICAS);
}

/**
 * The verdict's settings. What is measured takes its time; pods that are replaced one after the other take as many deadlines as there are pods, where a
 * Deployment takes no more than five.
 */
export function completeTime(
  verdict: Verdict,
  definition: Definition,
  steps: CompletedSteps = {},
): Verdict {
  const { stateful, timeoutSeconds } = definition;
  const { replicas = STATEFUL_REPLICAS, autoscale } = definition;
  const measured = measuredSeconds(steps);
  if (measured > 0 && timeoutSeconds === undefined) {
    const seconds = LEAST_SECONDS + measured + verdict.deadlineSeconds;
    return { ...verdict, timeoutSeconds: Math.min(seconds, VERDICT.timeoutSeconds.to) };
  }
  if (stateful === undefined || timeoutSeconds !== undefined) {
    return verdict;
  }
  const pods = Math.max(replicas, autoscale?.max ?? 0);
  const seconds = (pods + 1) * (verdict.deadlineSeconds + settleSecondsOf(verdict));
  return seconds > LEAST_SECONDS
    ? { ...verdict, timeoutSeconds: Math.min(seconds, VERDICT.timeoutSeconds.to) }
    : verdict;
}

/** What the whole wait may take by default. */
const LEAST_SECONDS = 600;

/** What delivers the service. */
export function workloadKindOf({
  stateful,
  everyNode,
  schedule,
  steps,
}: Kinds & Pick<CompletedSteps, "steps">): WorkloadKind {
  if (steps !== undefined) {
    return "Rollout";
  }
  if (schedule !== undefined) {
    return "CronJob";
  }
  return stateful !== undefined
    ? "StatefulSet"
    : everyNode !== undefined
      ? "DaemonSet"
      : "Deployment";
}

/** The same as manifests name it. */
export function deliveringKind(service: Parameters<typeof workloadKindOf>[0]) {
  const kind = workloadKindOf(service);
  const { group, version } = resourceOfKind(kind);
  return { apiVersion: `${group}/${version}`, kind };
}

function completeEveryNode(everyNode: true | EveryNodeDefinition): CompleteEveryNode {
  const { maxSurge = 0, maxUnavailable } = everyNode === true ? {} : everyNode;
  const surges = Number.parseInt(String(maxSurge), 10) > 0;
  return { maxSurge, maxUnavailable: maxUnavailable ?? (surges ? 0 : 1) };
}
