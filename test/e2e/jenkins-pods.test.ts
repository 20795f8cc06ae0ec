// Proves that the API server takes the agents' pods at the restricted level; it cannot prove that Jenkins' agent runs in them.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { type KubernetesObject, KubernetesObjectApi } from "@kubernetes/client-node";
import { parse } from "yaml";

import { kubeConfig } from "../../testbed/cluster.ts";

const AGENT_IMAGE = `registry.example.com/agent@sha256:${"1".repeat(64)}`;
const namespace = `slipway-pods-${randomUUID().slice(0, 8)}`;
const api = KubernetesObjectApi.makeApiClient(kubeConfig());

interface Pod extends KubernetesObject {
  readonly spec: {
    readonly serviceAccountName: string;
    readonly containers: readonly { securityContext: { allowPrivilegeEscalation: boolean } }[];
    readonly volumes: readonly { readonly name: string }[];
  };
}

interface Configuration {
  readonly jenkins: {
    readonly clouds: readonly {
      readonly kubernetes: { readonly templates: readonly { readonly yaml: string }[] };
    }[];
  };
}

function pods(): Pod[] {
  const text = readFileSync(join(import.meta.dirname, "../../jenkins/jenkins.yaml"), "utf8");
  const filled = text.replaceAll("${SLIPWAY_AGENT_IMAGE}", AGENT_IMAGE);
  const { jenkins } = parse(filled) as Configuration;
  const templates = jenkins.clouds.flatMap(({ kubernetes }) => kubernetes.templates);
  return templates.map(({ yaml }) => parse(yaml) as Pod);
}

/** An object in its place. */
function named<T extends object>(
  object: T,
  metadata: Readonly<Record<string, unknown>>,
): T & KubernetesObject {
  return { ...object, metadata };
}

const NAMESPACE = { apiVersion: "v1", kind: "Namespace" };
const ACCOUNT = { apiVersion: "v1", kind: "ServiceAccount" };

/** Asks the API server whether it would take a pod. */
function admit(pod: Pod): Promise<Pod> {
  return api.create(named(pod, { name: "agent", namespace }), undefined, "All");
}

beforeAll(async () => {
  const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
  await api.create(named(NAMESPACE, { name: namespace, labels }));
  await api.create(named(ACCOUNT, { name: "agent", namespace }));
});
afterAll(() => api.delete(named(NAMESPACE, { name: namespace })));

test("all lanes' pods are taken, and get no token that they did not ask for", async () => {
  const templates = pods();
  expect(templates).toHaveLength(7);
  for (const pod of templates) {
    const { spec } = await admit(pod);
    expect(spec.serviceAccountName).toBe("agent");
    expect(spec.volumes.map(({ name }) => name)).toEqual(pod.spec.volumes.map(({ name }) => name));
  }
});

test("one that could gain privileges is refused", async () => {
  const [pod] = pods();
  if (pod?.spec.containers[0] === undefined) {
    throw new Error("no pod");
  }
  pod.spec.containers[0].securityContext.allowPrivilegeEscalation = true;
  await expect(admit(pod)).rejects.toThrow(/violates PodSecurity/);
});
