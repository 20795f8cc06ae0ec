import { setTimeout as delay } from "node:timers/promises";

import { execa } from "execa";

import { environment } from "../../../tools/platform/environment.ts";
import { type Case, scriptContainer } from "../case.ts";
import type { Stage } from "../stage.ts";
import { deadWebhook } from "./admission.ts";
import { issued, secret } from "./configuration.ts";
import { claim, claimed, sayAsAutoscaler } from "./scheduling.ts";

/** Releases that are slow, or have bad luck, and are healthy. */
export const HEALTHY: readonly Case[] = [
  { name: "healthy", title: "nothing is wrong", expected: "ready" },
  {
    name: "slow-start",
    title: "the process listens only after 20 s",
    fault: () => ({
      container: {
        command: ["node", "-e", "setTimeout(() => import('/app/src/main.js'), 20_000)"],
      },
    }),
    expected: "ready",
  },
  {
    name: "cache-warm",
    title: "the ready path answers 503 until a cache is warm, for 8 s",
    settings: { env: { FAULT_READY_AFTER_SECONDS: 8 } },
    expected: "ready",
  },
  {
    name: "cache-warm-long",
    title: "the ready path answers 503 for 25 s",
    settings: { env: { FAULT_READY_AFTER_SECONDS: 25 } },
    expected: "ready",
  },
  {
    name: "crash-once",
    title: "the process crashes once, then starts",
    settings: { env: { FAULT_CRASH_ONCE: "/tmp/crashed" } },
    expected: "ready",
  },
  {
    name: "init-crash-once",
    title: "an init container fails once, then succeeds",
    fault: ({ shop: image }) => ({
      pod: {
        initContainers: [
          {
            ...scriptContainer("wait-for-database", image, CRASH_ONCE),
            volumeMounts: [{ name: "marker", mountPath: "/marker" }],
          },
        ],
        volumes: [{ name: "marker", emptyDir: {} }],
      },
      container: { volumeMounts: [] },
    }),
    expected: "ready",
  },
  {
    name: "dependency-after-20-s",
    title: "the process ends, because what it connects to answers only after 20 s",
    fault: () => ({ container: { command: ["node", "-e", dependent(20)] } }),
    expected: "ready",
  },
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
    name: "two-digests",
    title: "the image is an index over a manifest that the node has by its own digest, too",
    prepare: async ({ images: { shop } }) => ({ service: { image: await indexOver(shop) } }),
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

const CRASH_ONCE = `
const { existsSync, writeFileSync } = require("node:fs");
if (existsSync("/marker/crashed")) process.exit(0);
writeFileSync("/marker/crashed", "");
process.exit(1);
`;

/** A process that ends because nothing answers it, until so many seconds after its first start. */
export function dependent(seconds: number): string {
  return `
const { existsSync, readFileSync, writeFileSync } = require("node:fs");
const first = "/tmp/first-start";
if (!existsSync(first)) writeFileSync(first, String(Date.now()));
if (Date.now() - Number(readFileSync(first)) > ${seconds * 1000}) {
  import("/app/src/main.js");
} else {
  require("node:net").connect(1, "127.0.0.1").on("error", (error) => {
    console.error(String(error));
    process.exit(1);
  });
}
`;
}

/** Pushes an index that lists one image, which other cases run by its own digest. */
async function indexOver(image: string): Promise<string> {
  const tag = `${image.slice(0, image.indexOf("@"))}:index`;
  const args = ["index", "append", "--manifest", image, "--tag", tag];
  const { stdout } = await execa("crane", args, { env: environment() });
  return stdout.trim();
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
