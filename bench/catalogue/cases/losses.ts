import { setTimeout as delay } from "node:timers/promises";

import { AT_ONCE, bystander, type Case, scriptContainer } from "../case.ts";
import type { Stage } from "../stage.ts";

/** Seconds for which a pod may go without a node. */
const GRACE = 30;

/** Pods that their nodes give up, or that are taken from them. */
export const LOSSES: readonly Case[] = [
  {
    name: "storage-limit",
    title: "the pods write more than their limit of local storage, and are evicted",
    settings: { env: { FAULT_READY_AFTER_SECONDS: 300 }, warmupSeconds: 300 },
    fault: () => ({
      container: {
        command: [
          "node",
          "-e",
          "require('node:fs').writeFileSync('/tmp/much', Buffer.alloc(64e6)); import('/app/src/main.js')",
        ],
        resources: { limits: { "ephemeral-storage": "8Mi" } },
        // The kubelet reports some twenty events of a pod, and its eviction comes after a minute.
        readinessProbe: { periodSeconds: 20 },
      },
    }),
    expected: { reason: "evicted", from: "pod-lost", within: AT_ONCE },
  },
  {
    name: "preempted",
    title: "a pod of more importance takes the place of the service's, and keeps it",
    settings: { env: { FAULT_READY_AFTER_SECONDS: 20 } },
    prepare: async (stage) => {
      await stage.offer(deviceOf(stage.namespace), 2);
      return {};
    },
    fault: (_, namespace) => ({
      container: { resources: { limits: { [deviceOf(namespace)]: "1" } } },
    }),
    meanwhile: preempt,
    expected: { reason: "unschedulable", from: "pod-leaving", within: GRACE + AT_ONCE },
  },
  {
    name: "preempted-for-10-s",
    title: "a pod of more importance takes the place of the service's for 10 s",
    settings: { env: { FAULT_READY_AFTER_SECONDS: 5 } },
    prepare: async (stage) => {
      await stage.offer(deviceOf(stage.namespace), 2);
      return {};
    },
    fault: (_, namespace) => ({
      container: { resources: { limits: { [deviceOf(namespace)]: "1" } } },
    }),
    meanwhile: async (stage) => {
      await preempt(stage);
      await stage.witness.sees("pod-leaving");
      await delay(10_000);
      await stage.delete({ apiVersion: "v1", kind: "Pod", metadata: { name: "important" } });
    },
    expected: "ready",
  },
  {
    name: "node-refuses",
    title: "the pods are for another operating system than the node's, which refuses each",
    fault: () => ({
      pod: { os: { name: "windows" }, securityContext: NOT_OF_WINDOWS },
      container: { securityContext: NOT_OF_WINDOWS },
    }),
    expected: { reason: "node-refused", from: "pod-lost", within: AT_ONCE },
  },
  {
    name: "pod-taken",
    title: "somebody deletes a pod while it starts",
    settings: { env: { FAULT_READY_AFTER_SECONDS: 5 } },
    meanwhile: async (stage) => {
      await stage.witness.sees("running");
      await stage.delete({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: stage.witness.pod ?? "" },
      });
    },
    expected: "ready",
  },
];

async function preempt(stage: Stage): Promise<void> {
  await stage.witness.sees("running");
  await stage.create({
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name: stage.namespace },
    value: 1_000_000,
  });
  const resources = { limits: { [deviceOf(stage.namespace)]: "2" } };
  await stage.create(
    bystander(
      "important",
      { ...scriptContainer("works", stage.images.shop, WORKS), resources },
      {
        priorityClassName: stage.namespace,
        terminationGracePeriodSeconds: 1,
      },
    ),
  );
}

const WORKS = "setInterval(() => {}, 1000)";

function deviceOf(namespace: string): string {
  return `catalogue.example.com/${namespace}`;
}

/** What the API server takes of no pod that is for Windows. */
const NOT_OF_WINDOWS = {
  allowPrivilegeEscalation: null,
  capabilities: null,
  fsGroup: null,
  fsGroupChangePolicy: null,
  privileged: null,
  readOnlyRootFilesystem: null,
  runAsGroup: null,
  runAsUser: null,
  seccompProfile: null,
  supplementalGroups: null,
};
