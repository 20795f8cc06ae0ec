import type { ProvedRelease } from "../../contract/release-record.ts";
import type { Observed, ReplicaSet } from "../../provider/verdict/objects.ts";
import type { ApiObject, ApiServer } from "./api-server.ts";
import {
  complete,
  deployment,
  digest,
  endpointSlice,
  IMAGE,
  readyPod,
  replicaSet,
  unreadyPod,
} from "./release-objects.ts";

/** What ran before `release()`, and was ready. */
export const EARLIER: ProvedRelease = {
  commit: "4567def",
  image: `registry.example.com/shop@${digest("e")}`,
  digest: digest("e"),
  manifestHash: digest("f"),
  replicaSet: "shop-old",
};

const LABELS = { "app.kubernetes.io/name": "shop" };
const templateOf = (image: string, labels: Record<string, string> = LABELS) => ({
  metadata: { labels },
  spec: { containers: [{ name: "shop", image }] },
});

export const NEW_TEMPLATE = templateOf(IMAGE);
export const EARLIER_TEMPLATE = templateOf(EARLIER.image);

/** The ReplicaSet of the earlier release, as its controller keeps it. */
export function earlierReplicaSet(revision = "1"): ReplicaSet {
  const template = templateOf(EARLIER.image, { ...LABELS, "pod-template-hash": "old" });
  return {
    ...replicaSet("shop", "old", revision, 2),
    spec: { selector: {}, replicas: 2, template },
  };
}

const EARLIER_PODS = ["shop-old-1", "shop-old-2"].map((pod) =>
  readyPod(pod, "shop-old-uid", EARLIER.image),
);

/** What a cluster shows of `release()` when its image is nowhere, and the earlier release's pods serve on. */
export function failing(): Observed {
  const message = `failed to pull and unpack image "${IMAGE}": not found`;
  const waiting = { state: { waiting: { reason: "ErrImagePull", message } } };
  const counts = { replicas: 3, updatedReplicas: 1, readyReplicas: 2, availableReplicas: 2 };
  return {
    ...complete(),
    deployment: deployment("shop", { template: NEW_TEMPLATE }, counts),
    replicaSets: [earlierReplicaSet(), replicaSet("shop", "new", "2", 1)],
    pods: [...EARLIER_PODS, unreadyPod("shop-new-1", "shop-new-uid", waiting)],
    endpointSlices: [endpointSlice("shop", EARLIER_PODS)],
  };
}

/** Does what the controllers do when a Deployment gets its earlier template back. */
export function settle(server: ApiServer, restored: ApiObject): void {
  const { metadata } = restored as ApiObject & {
    metadata: { generation: number; annotations: Record<string, string> };
  };
  const annotations = { ...metadata.annotations, "deployment.kubernetes.io/revision": "3" };
  const { status } = deployment("shop");
  server.apply("replicasets", earlierReplicaSet("3") as ApiObject);
  server.delete("pods", "shop-new-1");
  server.apply("deployments", {
    ...restored,
    metadata: { ...metadata, annotations },
    status: { ...status, observedGeneration: metadata.generation },
  } as ApiObject);
}
