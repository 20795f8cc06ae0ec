import type { ReadinessInputs } from "../../contract/readiness.ts";
import type {
  AnalysisRun,
  ArgoRollout,
  MetricResult,
} from "../../provider/verdict/argo-rollout.ts";
import { asDeployment, type Observed, type ReplicaSet } from "../../provider/verdict/objects.ts";
import { endpointSlice, IMAGE, readyPod, release, replicaSet } from "./release-objects.ts";

const HASH = "rollouts-pod-template-hash";
const REVISION = "rollout.argoproj.io/revision";

/** Two steps, of which each is measured. */
const STEPS = [{ setWeight: 10 }, { analysis: {} }, { setWeight: 50 }, { analysis: {} }];

/** Inputs of a release that a Rollout delivers. */
export function rolloutRelease(overrides: Partial<ReadinessInputs> = {}): ReadinessInputs {
  const deployment = { name: "shop", uid: "shop-uid", generation: 2, kind: "Rollout" } as const;
  return release({ deployment, ...overrides });
}

/** A Rollout of two pods that is complete, or as its status says. */
export function argoRollout(status: ArgoRollout["status"] = {}, spec: object = {}): ArgoRollout {
  return {
    metadata: { name: "shop", uid: "shop-uid", generation: 2 },
    spec: {
      replicas: 2,
      template: { spec: { containers: [{ name: "shop", image: IMAGE }] } },
      strategy: { canary: { steps: STEPS } },
      ...spec,
    },
    status: {
      observedGeneration: "2",
      currentPodHash: "new",
      stableRS: "new",
      currentStepIndex: STEPS.length,
      replicas: 2,
      updatedReplicas: 2,
      availableReplicas: 2,
      phase: "Healthy",
      ...status,
    },
  };
}

/** What tells a run from others. */
interface Whose {
  readonly hash?: string;
  /** Of the pods, as Argo Rollouts counts. */
  readonly revision?: string;
  readonly type?: string;
  readonly terminate?: boolean;
  readonly createdAt?: string;
  /** Names of what is to be measured. */
  readonly metrics?: readonly string[];
}

/** What was measured at a step, or elsewhere, of the revision `new`. */
export function analysisRun(
  step: number | undefined,
  status: AnalysisRun["status"],
  { hash = "new", revision, type, terminate, createdAt, metrics }: Whose = {},
): AnalysisRun {
  const name = `shop-${hash}-${revision ?? 2}-${step ?? "first"}`;
  return {
    metadata: {
      name,
      creationTimestamp: createdAt ?? `2026-01-01T00:0${step ?? 9}:00Z`,
      labels: {
        [HASH]: hash,
        "rollout-type": type ?? (step === undefined ? "First" : "Step"),
        ...(step !== undefined && { "step-index": String(step) }),
      },
      ...(revision !== undefined && { annotations: { [REVISION]: revision } }),
    },
    spec: {
      ...(terminate === true && { terminate }),
      ...(metrics && { metrics: metrics.map((each) => ({ name: each })) }),
    },
    ...(status && { status }),
  };
}

/** A metric whose last measurements had these values. */
export function metric(name: string, phase: string, ...values: readonly number[]): MetricResult {
  const measurements = values.map((value, index) => ({
    phase,
    value: `[${value}]`,
    finishedAt: `2026-01-01T12:00:${10 + index}Z`,
  }));
  return { name, phase, count: values.length, measurements };
}

/** What a cluster shows of a Rollout's release, with the revision of before unless it is the first. */
export function observedRollout(
  rollout: ArgoRollout,
  analysisRuns: readonly AnalysisRun[] = [],
  { first = false, pods = 2 } = {},
): Observed {
  const own = Array.from({ length: pods }, (_, index) =>
    readyPod(`shop-new-${index + 1}`, "shop-new-uid"),
  );
  return {
    deployment: asDeployment(rollout),
    rollout,
    analysisRuns,
    replicaSets: [...(first ? [] : [revision("old", "1")]), revision("new", "2")],
    pods: own,
    service: { metadata: { name: "shop", uid: "shop-svc" }, spec: { selector: {} } },
    endpointSlices: [endpointSlice("shop", own)],
    ingress: undefined,
    warnings: [],
  };
}

function revision(hash: string, number: string): ReplicaSet {
  const set = replicaSet("shop", hash, number, 0);
  return {
    ...set,
    metadata: { ...set.metadata, labels: { [HASH]: hash }, annotations: { [REVISION]: number } },
  };
}

/** Measurements that show that the new pods are good. */
export const GOOD_ANALYSIS = {
  phase: "Successful",
  completedAt: "2026-01-01T00:05:00Z",
  metricResults: [metric("errors", "Successful", 0), metric("requests", "Successful", 600)],
};

/** What somebody has ended after its first metric, at a step or elsewhere. */
export function partlyMeasured(type: string, step?: number): AnalysisRun {
  const { phase, completedAt } = GOOD_ANALYSIS;
  const metricResults = [metric("errors", "Successful", 0)];
  const metrics = ["errors", "requests"];
  return analysisRun(
    step,
    { phase, completedAt, metricResults },
    { terminate: true, metrics, type },
  );
}
