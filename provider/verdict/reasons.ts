/** A finding of this weight fails the release as soon as it is seen. */
export const AT_ONCE = 0;

/** A finding of this weight is a step on the way, and fails the release only at the deadline. */
export const AT_DEADLINE = Infinity;

/** What must be known of a reason: one that omits any of it does not compile. */
type Row = readonly [
  weight: number,
  rollback: "rolls back" | "stays",
  about: "release" | "cluster" | "run",
  pods: "settled" | "unsettled",
  next: "describe" | "list" | "history" | "refresh" | "leaving" | "health" | "identity" | "rights",
];

/** Every reason that a verdict can carry. A rule that knows more of the case may give its finding a different weight. */
const ROWS = {
  /** The Deployment is gone, or a different one has its name. */
  "deployment-missing": [AT_ONCE, "stays", "release", "unsettled", "refresh"],
  /** The object is gone, or a different one has its name. */
  "object-missing": [AT_ONCE, "stays", "release", "unsettled", "list"],
  /** The namespace is gone. */
  "namespace-missing": [AT_ONCE, "stays", "release", "settled", "refresh"],
  /** The namespace is being deleted, and accepts no more pods. */
  "namespace-terminating": [AT_ONCE, "stays", "release", "settled", "leaving"],
  /** Somebody else has changed the pods since they were applied. */
  superseded: [AT_ONCE, "stays", "release", "unsettled", "history"],
  /** The controller of GitOps has not applied what was handed off. */
  "not-applied": [AT_ONCE, "stays", "release", "settled", "describe"],
  /** The controller of GitOps could not apply what was handed off. */
  "sync-failed": [AT_ONCE, "stays", "release", "settled", "describe"],
  /** The cluster differs from what was handed off, and the controller does not change that. */
  "out-of-sync": [AT_ONCE, "stays", "release", "settled", "describe"],
  /** Somebody has taken pods away since they were asked for. */
  scaled: [AT_ONCE, "stays", "release", "settled", "refresh"],
  /** Somebody has paused the rollout. */
  paused: [AT_ONCE, "stays", "release", "unsettled", "describe"],
  /** The registry does not have an image. */
  "image-not-found": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** The registry refuses the node an image. */
  "image-unauthorized": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** The node cannot reach the registry; long enough for a registry that restarts, and a node that backs off. */
  "registry-unreachable": [60, "rolls back", "release", "settled", "describe"],
  /** The node has no room for an image; long enough for a kubelet that makes some. */
  "node-full": [60, "rolls back", "release", "settled", "describe"],
  /** The node cannot unpack and run what the registry serves. */
  "image-unusable": [30, "rolls back", "release", "settled", "describe"],
  /** A Secret or a ConfigMap, or a key in one, is missing. */
  "config-missing": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** The node cannot create a container as the pod specifies. */
  "container-invalid": [30, "rolls back", "release", "settled", "describe"],
  /** An init container ends with a failure again and again. */
  "init-failed": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** A container uses more memory than its limit, again and again. */
  "out-of-memory": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** The kubelet kills a container again and again, because its liveness or startup probe fails. */
  "killed-by-liveness": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** A container ends again and again. */
  "crash-loop": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** A volume claim of the pod is not bound; provisioning takes its time. */
  "volume-unbound": [30, "rolls back", "release", "settled", "describe"],
  /** The node cannot attach or mount a volume; long enough for a pod that still has it to leave. */
  "volume-not-mounted": [60, "rolls back", "release", "settled", "describe"],
  /** No node accepts a pod; long enough for a node that is back in a moment. */
  unschedulable: [30, "rolls back", "release", "settled", "describe"],
  /** The nodes refuse the pods that are assigned to them. */
  "node-refused": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** The kubelet evicts the pods, for what they use or for what the node lacks. */
  evicted: [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** The pods are taken from their nodes: preempted, drained, or lost with the node. Another template mends none of it. */
  disrupted: [AT_ONCE, "stays", "release", "settled", "describe"],
  /** The namespace's quota leaves no room for a pod. */
  "quota-exceeded": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** The API server does not admit a pod. */
  "admission-denied": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** A ready pod runs something other than the released image. */
  "wrong-digest": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** The Job has failed, by its own account. */
  "job-failed": [AT_ONCE, "stays", "release", "settled", "describe"],
  /** The migration before the release has failed: no pod was touched. */
  "migration-failed": [AT_ONCE, "stays", "release", "settled", "describe"],
  /** A StatefulSet does not continue, because a pod of an earlier revision is broken. */
  "old-pod-stuck": [AT_ONCE, "stays", "release", "settled", "describe"],
  /** The volume of a claim is gone. */
  "volume-lost": [AT_ONCE, "stays", "release", "settled", "describe"],
  /** A volume cannot be resized to what its claim requests. */
  "resize-failed": [AT_ONCE, "stays", "release", "settled", "describe"],
  /** The controller reports with a condition that it makes no progress. */
  stalled: [AT_ONCE, "stays", "release", "settled", "describe"],
  /** The object shows what its rules define as a failure. */
  "condition-failed": [AT_ONCE, "stays", "release", "settled", "describe"],
  /** What was measured of the new pods is worse than the settings allow; traffic is back on the release before. */
  "canary-failed": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** The new pods were given fewer requests than a measurement needs. */
  "no-traffic": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** What the settings ask to be measured of the new pods was not: Prometheus did not answer, or somebody stopped it. */
  "not-measured": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** The Deployment controller saw no progress for the Deployment's progress deadline. */
  "progress-deadline": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** A Job is suspended; whoever suspended it may resume it. */
  suspended: [AT_DEADLINE, "stays", "release", "settled", "describe"],
  /** The pods were still starting when the time for the whole wait was over. */
  "timed-out": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** The controller has not yet seen the generation that was applied. */
  "not-observed": [AT_DEADLINE, "rolls back", "release", "unsettled", "describe"],
  /** Pods are missing, or not ready, or not ready for long enough; or the object is not yet as its rules require. */
  "not-ready": [AT_DEADLINE, "rolls back", "release", "settled", "describe"],
  /** Pods of the previous release still serve. */
  "old-pods": [AT_DEADLINE, "rolls back", "release", "settled", "describe"],
  /** The Service does not route to every ready pod. */
  "no-endpoints": [AT_DEADLINE, "rolls back", "release", "settled", "describe"],
  /** The Ingress controller has published no address. */
  "ingress-no-address": [AT_DEADLINE, "stays", "release", "settled", "describe"],
  /** The Service's load balancer has no address. */
  "service-no-address": [AT_DEADLINE, "stays", "release", "settled", "describe"],
  /** A parent of an HTTPRoute has not accepted it, or cannot resolve what it refers to. */
  "route-not-accepted": [AT_DEADLINE, "stays", "release", "settled", "describe"],
  /** A different member of its group has failed, so that it is taken back. */
  "group-failed": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** Prometheus does not scrape every pod. A different pod template fixes no monitor. */
  "not-scraped": [AT_ONCE, "stays", "release", "settled", "describe"],
  /** Prometheus does not evaluate the service's rules. */
  "rules-not-loaded": [AT_ONCE, "stays", "release", "settled", "describe"],
  /** An alert of the service has begun during the rollout, and fires. */
  "alert-fired": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** Prometheus does not say whether alerts fire. */
  "alerts-unknown": [AT_ONCE, "stays", "release", "settled", "describe"],
  /** The identity may not read what the verdict is based on. */
  forbidden: [AT_ONCE, "stays", "cluster", "settled", "rights"],
  /** There are no credentials, or the API server does not accept them. */
  "cluster-unauthorized": [AT_ONCE, "stays", "cluster", "settled", "identity"],
  /** The API server does not answer. */
  "cluster-unreachable": [AT_ONCE, "stays", "cluster", "settled", "health"],
  /** The run was interrupted before there was a verdict. */
  interrupted: [AT_ONCE, "stays", "run", "settled", "describe"],
} as const satisfies Readonly<Record<string, Row>>;

/** A reason's code, as the release record carries it. */
export type Reason = keyof typeof ROWS;

/** What follows from a reason. */
export interface ReasonFacts {
  /** Seconds for which it is tolerated while it lasts. */
  readonly weight: number;
  /** Whether an earlier pod template may fix it, and undoes nothing that somebody did on purpose. */
  readonly rollsBack: boolean;
  /** What it describes: the release, or other object, that is judged; or only why it could not be judged. */
  readonly about: Row[2];
  /** Whether a Deployment's ReplicaSets show the release meanwhile. */
  readonly settled: boolean;
  /** What to look at next. */
  readonly next: Row[4];
}

/** What follows from each reason. */
export const REASONS = Object.fromEntries(
  Object.entries<Row>(ROWS).map(([reason, [weight, rollback, about, pods, next]]) => [
    reason,
    { weight, rollsBack: rollback === "rolls back", about, settled: pods === "settled", next },
  ]),
) as Readonly<Record<Reason, ReasonFacts>>;
