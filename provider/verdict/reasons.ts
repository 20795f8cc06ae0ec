/** A finding of this weight fails the release as soon as it is seen. */
export const AT_ONCE = 0;

/** A finding of this weight is a step on the way, and fails the release only at the deadline. */
export const AT_DEADLINE = Infinity;

/**
 * Every reason that a verdict can carry, with its weight: the seconds for which it is tolerated while it lasts.
 * A rule that knows more of the case may give its finding another weight.
 */
export const REASONS = {
  /** The Deployment is gone, or another one has taken its name. */
  "deployment-missing": AT_ONCE,
  /** The object is gone, or another one has taken its name. */
  "object-missing": AT_ONCE,
  /** The namespace is gone. */
  "namespace-missing": AT_ONCE,
  /** The namespace is being deleted, and takes no pods any more. */
  "namespace-terminating": AT_ONCE,
  /** Somebody else has changed the pods since they were applied. */
  superseded: AT_ONCE,
  /** Somebody has paused the rollout. */
  paused: AT_ONCE,
  /** The registry does not have an image. */
  "image-not-found": AT_ONCE,
  /** The registry does not give an image to the node. */
  "image-unauthorized": AT_ONCE,
  /** The node does not get through to the registry; long enough for a registry that restarts, and a node that backs off. */
  "registry-unreachable": 60,
  /** The node has no room for an image; long enough for a kubelet that makes some. */
  "node-full": 60,
  /** What the registry gives is no image that the node can unpack and run. */
  "image-unusable": 30,
  /** A Secret or a ConfigMap, or a key in one, is not there. */
  "config-missing": AT_ONCE,
  /** The node cannot make a container of what the pod says. */
  "container-invalid": 30,
  /** An init container ends with a failure again and again. */
  "init-failed": AT_ONCE,
  /** A container uses more memory than its limit, again and again. */
  "out-of-memory": AT_ONCE,
  /** The kubelet kills a container again and again, because its liveness or startup probe fails. */
  "killed-by-liveness": AT_ONCE,
  /** A container ends again and again. */
  "crash-loop": AT_ONCE,
  /** A volume claim of the pod is not bound; provisioning takes its time. */
  "volume-unbound": 30,
  /** No node takes a pod; long enough for a node that is back in a moment. */
  unschedulable: 30,
  /** The namespace's quota leaves no room for a pod. */
  "quota-exceeded": AT_ONCE,
  /** The API server does not admit a pod. */
  "admission-denied": AT_ONCE,
  /** A ready pod runs something else than the released image. */
  "wrong-digest": AT_ONCE,
  /** The Job has failed, by its own account. */
  "job-failed": AT_ONCE,
  /** A StatefulSet does not go on, because a pod of a revision before is broken. */
  "old-pod-stuck": AT_ONCE,
  /** The volume of a claim is gone. */
  "volume-lost": AT_ONCE,
  /** A volume cannot be made as large as its claim asks for. */
  "resize-failed": AT_ONCE,
  /** The controller says by a condition that it does not get on. */
  stalled: AT_ONCE,
  /** The object shows what its rules call a failure. */
  "condition-failed": AT_ONCE,
  /** The Deployment controller saw no progress for the Deployment's progress deadline. */
  "progress-deadline": AT_ONCE,
  /** A Job is suspended; whoever suspended it may let it go on. */
  suspended: AT_DEADLINE,
  /** The pods were still on their way when the time for the whole wait was over. */
  "timed-out": AT_ONCE,
  /** The controller has not yet seen the generation that was applied. */
  "not-observed": AT_DEADLINE,
  /** Pods are missing, or not ready, or not ready for long enough; or the object has not come to where it is awaited. */
  "not-ready": AT_DEADLINE,
  /** Pods of the release before still serve. */
  "old-pods": AT_DEADLINE,
  /** The Service does not route to every ready pod. */
  "no-endpoints": AT_DEADLINE,
  /** The Ingress controller has published no address. */
  "ingress-no-address": AT_DEADLINE,
  /** The identity may not read what the verdict is made from. */
  forbidden: AT_ONCE,
  /** The API server does not answer. */
  "cluster-unreachable": AT_ONCE,
  /** The run was interrupted before there was a verdict. */
  interrupted: AT_ONCE,
} as const satisfies Readonly<Record<string, number>>;

/** A reason's code, as the release record carries it. */
export type Reason = keyof typeof REASONS;
