import { setTimeout as delay } from "node:timers/promises";

import type { Case } from "../case.ts";
import { pushIndex, pushWithNewLayer } from "../odd-images.ts";
import type { Trouble } from "../registry-proxy.ts";
import type { Stage } from "../stage.ts";
import { deadWebhook } from "./admission.ts";
import { issued, secret } from "./configuration.ts";
import { claim, claimed, sayAsAutoscaler } from "./scheduling.ts";
import { GATE } from "./surroundings.ts";

/** Releases that are healthy as soon as what is around them comes. */
export const LATE: readonly Case[] = [
  {
    name: "secret-after-20-s",
    title:
      "a Secret comes 20 s after the pods, from a controller that has an object to make it from",
    settings: { env: { TOKEN: { secret: "payment", key: "token" } } },
    objects: () => [issued("payment")],
    meanwhile: async (stage) => {
      await stage.witness.sees("container-refused");
      await delay(20_000);
      await stage.create(secret("payment", { token: "late" }));
    },
    expected: "ready",
  },
  {
    name: "secret-after-10-s-tolerated",
    title: "a Secret comes 10 s after the pods, as its service says",
    settings: {
      env: { TOKEN: { secret: "payment", key: "token" } },
      tolerate: { configSeconds: 40 },
    },
    meanwhile: async (stage) => {
      await stage.witness.sees("container-refused");
      await delay(10_000);
      await stage.create(secret("payment", { token: "late" }));
    },
    expected: "ready",
  },
  {
    name: "secret-optional",
    title: "a Secret does not exist, and its use is optional",
    fault: () => ({
      container: { envFrom: [{ secretRef: { name: "payment", optional: true } }] },
    }),
    expected: "ready",
  },
  {
    name: "readiness-gate-after-15-s",
    title: "a controller opens the pods' readiness gate after 15 s",
    fault: () => ({ pod: { readinessGates: [{ conditionType: GATE }] } }),
    meanwhile: async (stage) => {
      await stage.witness.sees("running");
      await delay(15_000);
      await stage.condition({ type: GATE, status: "True" });
    },
    expected: "ready",
  },
  troubledForAWhile("registry-errors-10-s", "answers 500 to all requests for 10 s", {
    status: 500,
    code: "UNKNOWN",
    message: "unknown error",
  }),
  troubledForAWhile("registry-rate-limit-10-s", "refuses too many requests for 10 s", {
    status: 429,
    code: "TOOMANYREQUESTS",
    message: "pull rate limit exceeded",
  }),
  {
    name: "layer-slow",
    title: "the registry takes 15 s for each layer that the node does not have",
    settings: { deadlineSeconds: 60 },
    prepare: async (stage) => {
      const registry = await stage.registry({ slowSeconds: 15, ofBlobs: true });
      return { service: { image: registry.renamed(await pushWithNewLayer(stage.images.shop)) } };
    },
    expected: "ready",
  },
  {
    name: "two-digests",
    title: "the image is an index over a manifest that the node has by its own digest, too",
    prepare: async ({ images: { shop } }) => ({ service: { image: await pushIndex(shop) } }),
    expected: "ready",
  },
  {
    name: "registry-down-20-s",
    title: "the registry closes connections for 20 s during the pull",
    prepare: async (stage) => {
      const registry = await stage.registry("hangs-up");
      stage.when("image-refused", async () => {
        await delay(20_000);
        registry.mood = "well";
      });
      return { service: { image: registry.renamed(stage.images.shop) } };
    },
    expected: "ready",
  },
  {
    name: "registry-slow",
    title: "the registry takes 15 s for each answer",
    prepare: async (stage) => {
      const registry = await stage.registry({ slowSeconds: 15 });
      return { service: { image: registry.renamed(stage.images.shop) } };
    },
    expected: "ready",
  },
  {
    name: "room-after-10-s",
    title: "no node accepts the pods for 10 s",
    fault: (_, namespace) => ({ pod: { nodeSelector: { [roomIn(namespace)]: "yes" } } }),
    meanwhile: makeRoom,
    expected: "ready",
  },
  {
    name: "node-after-60-s",
    title: "the autoscaler announces a node, which comes after 60 s",
    fault: (_, namespace) => ({ pod: { nodeSelector: { [roomIn(namespace)]: "yes" } } }),
    meanwhile: async (stage) => {
      await sayAsAutoscaler(
        stage,
        "TriggeredScaleUp",
        "triggered scale-up: [{pool 1->2 (max: 3)}]",
      );
      await delay(60_000);
      await stage.labelNodes(roomIn(stage.namespace));
    },
    expected: "ready",
  },
  {
    name: "volume-after-10-s",
    title: "the pods' volume claim is bound after 10 s",
    fault: () => claimed("data"),
    objects: () => [claim("data")],
    meanwhile: provideVolume,
    expected: "ready",
  },
  {
    name: "webhook-down-10-s",
    title: "an admission webhook does not answer for 10 s",
    objects: (namespace) => [deadWebhook(namespace)],
    meanwhile: async (stage) => {
      await stage.witness.sees("pod-refused");
      await delay(10_000);
      const { apiVersion, kind, metadata } = deadWebhook(stage.namespace);
      await stage.delete({ apiVersion, kind, metadata });
    },
    expected: "ready",
  },
  {
    name: "api-server-restarts",
    title: "the API server is unreachable for 10 s during the rollout",
    settings: { env: { FAULT_READY_AFTER_SECONDS: 5 } },
    prepare: async (stage) => {
      const { proxy, kubeconfig } = await stage.wayToApi();
      stage.when("running", async () => {
        proxy.cut();
        await delay(10_000);
        proxy.mend();
      });
      return { cluster: { kubeconfig } };
    },
    expected: "ready",
  },
  {
    name: "watches-dropped",
    title: "all watches are cut each second during the rollout",
    settings: { env: { FAULT_READY_AFTER_SECONDS: 6 } },
    prepare: async (stage) => {
      const { proxy, kubeconfig } = await stage.wayToApi();
      stage.when("applied", () => {
        const dropping = setInterval(() => {
          proxy.drop();
        }, 1000);
        stage.afterwards(() => {
          clearInterval(dropping);
        });
      });
      return { cluster: { kubeconfig } };
    },
    expected: "ready",
  },
];

function troubledForAWhile(name: string, title: string, trouble: Trouble): Case {
  return {
    name,
    title: `the registry ${title}`,
    prepare: async (stage) => {
      const registry = await stage.registry(trouble);
      stage.when("image-refused", async () => {
        await delay(10_000);
        registry.mood = "well";
      });
      return { service: { image: registry.renamed(stage.images.shop) } };
    },
    expected: "ready",
  };
}

async function makeRoom(stage: Stage): Promise<void> {
  await stage.witness.sees("unscheduled");
  await delay(10_000);
  await stage.labelNodes(roomIn(stage.namespace));
}

function roomIn(namespace: string): string {
  return `catalogue.example.com/${namespace}`;
}

async function provideVolume(stage: Stage): Promise<void> {
  await stage.witness.sees("unscheduled");
  await delay(10_000);
  await stage.create({
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: stage.namespace },
    spec: {
      capacity: { storage: "1Gi" },
      accessModes: ["ReadWriteOnce"],
      storageClassName: "",
      hostPath: { path: stage.path("volume"), type: "DirectoryOrCreate" },
      claimRef: { namespace: stage.namespace, name: "data" },
    },
  });
}
