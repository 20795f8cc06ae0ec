import type { KubernetesObject, V1Container, V1PodSpec } from "@kubernetes/client-node";

import { kubectl } from "../../testbed/kubectl.ts";

/** Fields as the API server writes them: the client library renames some, and knows no fields of a definition's kind. */
export interface LiveObject extends KubernetesObject {
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

/** What a service consists of in the cluster. */
export interface LiveService {
  readonly name: string;
  readonly workload: LiveObject;
  readonly pod: V1PodSpec;
  /** The container that bears the service's name. */
  readonly container: V1Container;
}

/** A service with everything of its namespace. */
export interface Live extends LiveService {
  readonly objects: LiveObjects;
}

const WORKLOADS = ["Deployment", "StatefulSet", "DaemonSet", "CronJob"];
const OTHERS = [
  ...["Service", "NetworkPolicy", "Ingress", "HorizontalPodAutoscaler"],
  ...["PersistentVolumeClaim", "ServiceAccount"],
];

/** All that a namespace has of what services become, read at once. */
export class LiveObjects {
  private readonly objects: readonly LiveObject[];

  private constructor(objects: readonly LiveObject[]) {
    this.objects = objects;
  }

  /** @param more kinds of definitions, such as `HTTPRoute` */
  static async of(namespace: string, ...more: string[]): Promise<LiveObjects> {
    const kinds = [...WORKLOADS, ...OTHERS, ...more].join(",");
    const list = await kubectl(["get", kinds, "--namespace", namespace, "--output", "json"]);
    return new LiveObjects((JSON.parse(list) as { items: LiveObject[] }).items);
  }

  find(kind: string, name: string): LiveObject | undefined {
    return this.objects.find((each) => each.kind === kind && each.metadata?.name === name);
  }

  service(name: string): Live {
    const [workload, ...others] = WORKLOADS.flatMap((kind) => this.find(kind, name) ?? []);
    if (workload === undefined || others.length > 0) {
      throw new Error(`${name} has ${workload === undefined ? "no workload" : "several"}`);
    }
    const pod = podOf(workload);
    const container = pod.containers.find((each) => each.name === name);
    if (container === undefined) {
      throw new Error(`the pods of ${name} have no container of that name`);
    }
    return { name, workload, pod, container, objects: this };
  }
}

interface Templated {
  readonly template?: { readonly spec: V1PodSpec };
  readonly jobTemplate?: { readonly spec: { readonly template: { readonly spec: V1PodSpec } } };
}

function podOf({ spec }: LiveObject): V1PodSpec {
  const { template, jobTemplate } = (spec ?? {}) as Templated;
  const pod = (jobTemplate?.spec.template ?? template)?.spec;
  if (pod === undefined) {
    throw new Error("a workload without a template of pods");
  }
  return pod;
}
