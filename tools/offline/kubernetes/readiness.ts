import { notInStandIn } from "../stand-in.ts";
import { isAnnotated, type KubernetesObject } from "./object.ts";

/** How far an object is. */
export type Readiness =
  | { readonly state: "ready" }
  | { readonly state: "waiting" | "failed"; readonly reasons: readonly string[] };

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

interface Observed {
  readonly observedGeneration?: number;
  readonly replicas?: number;
  readonly updatedReplicas?: number;
  readonly availableReplicas?: number;
  readonly readyReplicas?: number;
  readonly desiredNumberScheduled?: number;
  readonly updatedNumberScheduled?: number;
  readonly numberAvailable?: number;
  readonly currentRevision?: string;
  readonly updateRevision?: string;
  readonly phase?: string;
  readonly conditions?: readonly Condition[];
  readonly loadBalancer?: { readonly ingress?: readonly unknown[] };
}

const READY: Readiness = { state: "ready" };

/**
 * Whether an object is ready, as the official plugin waits for it: workloads as
 * `kubectl rollout status` sees them, other kinds as soon as they exist.
 *
 * @see https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/
 */
export function readinessOf(object: KubernetesObject): Readiness {
  if (isAnnotated(object, "pulumi.com/skipAwait")) {
    return READY;
  }
  const status = (object["status"] ?? {}) as Observed;
  const spec = (object["spec"] ?? {}) as { readonly replicas?: number; readonly type?: string };
  const waitFor = object.metadata.annotations?.["pulumi.com/waitFor"];
  if (waitFor !== undefined) {
    return conditionsMet(waitFor, object, status);
  }
  switch (object.kind) {
    case "Deployment":
      return deployment(object, spec.replicas ?? 1, status);
    case "StatefulSet":
      return statefulSet(object, spec.replicas ?? 1, status);
    case "DaemonSet":
      return daemonSet(object, status);
    case "Job":
      return job(status);
    case "Pod":
      return pod(status);
    case "Service":
      return addressed(spec.type === "LoadBalancer", status);
    case "Ingress":
      return addressed(true, status);
    default:
      return READY;
  }
}

function deployment(object: KubernetesObject, replicas: number, status: Observed): Readiness {
  const { updatedReplicas = 0, availableReplicas = 0 } = status;
  const stuck = find(status, "Progressing");
  if (isObserved(object, status) && stuck?.reason === "ProgressDeadlineExceeded") {
    return { state: "failed", reasons: falseConditions(status) };
  }
  const done =
    isObserved(object, status) &&
    updatedReplicas >= replicas &&
    (status.replicas ?? 0) <= updatedReplicas &&
    availableReplicas >= updatedReplicas;
  return readyIf(
    done,
    `${availableReplicas} of ${replicas} replicas are updated and available`,
    status,
  );
}

function statefulSet(object: KubernetesObject, replicas: number, status: Observed): Readiness {
  const { readyReplicas = 0, currentRevision, updateRevision } = status;
  const done =
    isObserved(object, status) && readyReplicas >= replicas && currentRevision === updateRevision;
  return readyIf(done, `${readyReplicas} of ${replicas} replicas are ready`, status);
}

function daemonSet(object: KubernetesObject, status: Observed): Readiness {
  const { desiredNumberScheduled = 0, updatedNumberScheduled = 0, numberAvailable = 0 } = status;
  const done =
    isObserved(object, status) &&
    updatedNumberScheduled >= desiredNumberScheduled &&
    numberAvailable >= desiredNumberScheduled;
  return readyIf(
    done,
    `${numberAvailable} of ${desiredNumberScheduled} pods are available`,
    status,
  );
}

function job(status: Observed): Readiness {
  const failed = find(status, "Failed");
  if (failed?.status === "True") {
    return { state: "failed", reasons: [sentence(failed)] };
  }
  return readyIf(find(status, "Complete")?.status === "True", "the job is not complete", status);
}

function pod(status: Observed): Readiness {
  const done = status.phase === "Succeeded" || find(status, "Ready")?.status === "True";
  return readyIf(done, `the pod is ${status.phase ?? "not scheduled"}`, status);
}

function addressed(needed: boolean, status: Observed): Readiness {
  const addresses = status.loadBalancer?.ingress?.length ?? 0;
  return readyIf(!needed || addresses > 0, "it has no address", status);
}

/** `condition=Type[=Status]`, or a JSON list of them. */
function conditionsMet(waitFor: string, object: KubernetesObject, status: Observed): Readiness {
  const wanted = waitFor.startsWith("[") ? (JSON.parse(waitFor) as string[]) : [waitFor];
  const missing = wanted.filter((each) => {
    const [form, type = "", value = "True"] = each.split("=");
    if (form !== "condition") {
      throw notInStandIn(`the annotation pulumi.com/waitFor: ${each}`, "kubernetes");
    }
    return find(status, type)?.status !== value;
  });
  const observed = status.observedGeneration === undefined || isObserved(object, status);
  return readyIf(missing.length === 0 && observed, `it waits for ${missing.join(", ")}`, status);
}

function readyIf(done: boolean, reason: string, status: Observed): Readiness {
  return done ? READY : { state: "waiting", reasons: [reason, ...falseConditions(status)] };
}

function isObserved({ metadata }: KubernetesObject, { observedGeneration = 0 }: Observed): boolean {
  return observedGeneration >= (metadata.generation ?? 0);
}

function find({ conditions = [] }: Observed, type: string): Condition | undefined {
  return conditions.find((condition) => condition.type === type);
}

function falseConditions({ conditions = [] }: Observed): string[] {
  return conditions.filter(({ status }) => status === "False").map(sentence);
}

function sentence({ reason = "", message = "" }: Condition): string {
  return `[${reason}] ${message}`;
}
