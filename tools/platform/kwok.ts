import { KubernetesObjectApi, PatchStrategy } from "@kubernetes/client-node";
import { kwok, kwokProgram } from "../go/kwok.ts";
import type { Addition } from "./addition.ts";
import { clusterConfig } from "./cluster.ts";
import { inCluster } from "./controller.ts";
import { KWOK_IMAGE } from "./images.ts";

/** With 250 pods each: room for 3,000. */
const NODES = 12;

/** What kwok knows its nodes by, and what keeps every pod away from them that does not ask for them. */
const MARK = "kwok.x-k8s.io/node";
const FAKE = "fake";

/** Part of a pod's spec by which it runs on nodes without machines, and on no other. */
export const ON_FAKE_NODES = {
  nodeSelector: { [MARK]: FAKE },
  tolerations: [{ key: MARK, operator: "Equal", value: FAKE, effect: "NoSchedule" }],
} as const;

const controller = inCluster({
  title: "kwok",
  place: { namespace: "kwok", name: "kwok" },
  label: "kwok",
  tools: kwok,
  image: { name: KWOK_IMAGE, recipe: "kwok.Dockerfile", program: kwokProgram },
  manifests: "kwok.yaml",
});

/** kwok with nodes that are on no machine. Pods come to them only by {@link ON_FAKE_NODES}. */
export const kwokAddition: Addition = {
  ...controller,
  ensure: async (report) => {
    await controller.ensure(report);
    const api = KubernetesObjectApi.makeApiClient(clusterConfig());
    for (let number = 1; number <= NODES; number++) {
      const node = nodeOf(`fake-${number}`);
      await api.patch(node, undefined, undefined, "slipway", true, PatchStrategy.ServerSideApply);
    }
  },
};

function nodeOf(name: string) {
  const mark = { [MARK]: FAKE };
  const labels = { ...mark, "kubernetes.io/hostname": name, "kubernetes.io/os": "linux" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, annotations: mark, labels },
    spec: { taints: [{ key: MARK, value: FAKE, effect: "NoSchedule" }] },
  };
}
