/** A finding of this weight fails the release as soon as it is seen. */
export const AT_ONCE = 0;

/** A finding of this weight is a step on the way, and fails the release only at the deadline. */
export const AT_DEADLINE = Infinity;

/** What is to be known of a reason, each of it stated: a reason that leaves one out does not compile. */
type Row = readonly [
  weight: number,
  rollback: "rolls back" | "stays",
  about: "release" | "cluster" | "run",
  pods: "settled" | "unsettled",
  next: "describe" | "list" | "history" | "refresh" | "leaving" | "health" | "rights",
];

/** Every reason that a verdict can carry. A rule that knows more of the case may give its finding another weight. */
const ROWS = {
  /** The Deployment is gone, or another one has taken its name. */
  "deployment-missing": [AT_ONCE, "stays", "release", "unsettled", "refresh"],
  /** The object is gone, or another one has taken its name. */
  "object-missing": [AT_ONCE, "stays", "release", "unsettled", "list"],
  /** The namespace is gone. */
  "namespace-missing": [AT_ONCE, "stays", "release", "settled", "refresh"],
  /** The namespace is being deleted, and takes no pods any more. */
  "namespace-terminating": [AT_ONCE, "stays", "release", "settled", "leaving"],
  /** Somebody else has changed the pods since they were applied. */
  superseded: [AT_ONCE, "stays", "release", "unsettled", "history"],
  /** Somebody has taken pods away since they were asked for. */
  scaled: [AT_ONCE, "stays", "release", "settled", "describe"],
  /** Somebody has paused the rollout. */
  paused: [AT_ONCE, "stays", "release", "unsettled", "describe"],
  /** The registry does not have an image. */
  "image-not-found": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** The registry does not give an image to the node. */
  "image-unauthorized": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** The node does not get through to the registry; long enough for a registry that restarts, and a node that backs off. */
  "registry-unreachable": [60, "rolls back", "release", "settled", "describe"],
  /** The node has no room for an image; long enough for a kubelet that makes some. */
  "node-full": [60, "rolls back", "release", "settled", "describe"],
  /** What the registry gives is no image that the node can unpack and run. */
  "image-unusable": [30, "rolls back", "release", "settled", "describe"],
  /** A Secret or a ConfigMap, or a key in one, is not there. */
  "config-missing": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** The node cannot make a container of what the pod says. */
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
  /** No node takes a pod; long enough for a node that is back in a moment. */
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
  /** A ready pod runs something else than the released image. */
  "wrong-digest": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** The Job has failed, by its own account. */
  "job-failed": [AT_ONCE, "stays", "release", "settled", "describe"],
  /** A StatefulSet does not go on, because a pod of a revision before is broken. */
  "old-pod-stuck": [AT_ONCE, "stays", "release", "settled", "describe"],
  /** The volume of a claim is gone. */
  "volume-lost": [AT_ONCE, "stays", "release", "settled", "describe"],
  /** A volume cannot be made as large as its claim asks for. */
  "resize-failed": [AT_ONCE, "stays", "release", "settled", "describe"],
  /** The controller says by a condition that it does not get on. */
  stalled: [AT_ONCE, "stays", "release", "settled", "describe"],
  /** The object shows what its rules call a failure. */
  "condition-failed": [AT_ONCE, "stays", "release", "settled", "describe"],
  /** The Deployment controller saw no progress for the Deployment's progress deadline. */
  "progress-deadline": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** A Job is suspended; whoever suspended it may let it go on. */
  suspended: [AT_DEADLINE, "stays", "release", "settled", "describe"],
  /** The pods were still on their way when the time for the whole wait was over. */
  "timed-out": [AT_ONCE, "rolls back", "release", "settled", "describe"],
  /** The controller has not yet seen the generation that was applied. */
  "not-observed": [AT_DEADLINE, "rolls back", "release", "unsettled", "describe"],
  /** Pods are missing, or not ready, or not ready for long enough; or the object has not come to where it is awaited. */
  "not-ready": [AT_DEADLINE, "rolls back", "release", "settled", "describe"],
  /** Pods of the release before still serve. */
  "old-pods": [AT_DEADLINE, "rolls back", "release", "settled", "describe"],
  /** The Service does not route to every ready pod. */
  "no-endpoints": [AT_DEADLINE, "rolls back", "release", "settled", "describe"],
  /** The Ingress controller has published no address. */
  "ingress-no-address": [AT_DEADLINE, "stays", "release", "settled", "describe"],
  /** The identity may not read what the verdict is made from. */
  forbidden: [AT_ONCE, "stays", "cluster", "settled", "rights"],
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
  /** Whether an earlier pod template may mend it, and undoes nothing that somebody did on purpose. */
  readonly rollsBack: boolean;
  /** What it says something of: the release, or other object, that is judged; or only why there is no judgement of it. */
  readonly about: Row[2];
  /** Whether a Deployment's ReplicaSets tell of the release meanwhile. */
  readonly settled: boolean;
  /** What there is to look at next. */
  readonly next: Row[4];
}

/** What follows from each reason. */
export const REASONS = Object.fromEntries(
  Object.entries<Row>(ROWS).map(([reason, [weight, rollback, about, pods, next]]) => [
    reason,
    { weight, rollsBack: rollback === "rolls back", about, settled: pods === "settled", next },
  ]),
) as Readonly<Record<Reason, ReasonFacts>>;
