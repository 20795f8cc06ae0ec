import type { Manifest } from "../../../testbed/kinds.ts";
import { AT_ONCE, type Case, type Failure } from "../case.ts";
import type { Stage } from "../stage.ts";

/** Seconds for which a pod may go without a node, or its claim without a volume. */
const GRACE = 30;

const unschedulable: Failure = {
  reason: "unschedulable",
  from: "unscheduled",
  within: GRACE + AT_ONCE,
};
const unbound: Failure = { ...unschedulable, reason: "volume-unbound" };

/** Pods that no node takes. */
export const SCHEDULING: readonly Case[] = [
  {
    name: "no-cpu",
    title: "the pods request more CPU than a node has",
    settings: { resources: { requests: { cpu: "512" } } },
    expected: unschedulable,
  },
  {
    name: "no-such-node",
    title: "the pods require a node label that no node has",
    fault: () => ({ pod: { nodeSelector: { "example.com/disk": "gold" } } }),
    expected: unschedulable,
  },
  {
    name: "no-device",
    title: "the pods request a device that no node has",
    fault: () => ({
      container: { resources: { limits: { "example.com/gpu": "1" } } },
    }),
    expected: unschedulable,
  },
  {
    name: "apart-from-each-other",
    title: "the two pods must not share a node, and there is one",
    fault: () => ({
      pod: {
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              {
                topologyKey: "kubernetes.io/hostname",
                labelSelector: { matchLabels: { "app.kubernetes.io/name": "shop" } },
              },
            ],
          },
        },
      },
    }),
    expected: unschedulable,
  },
  {
    name: "scheduler-missing",
    title: "the pods want a scheduler that does not run",
    settings: { deadlineSeconds: 15 },
    fault: () => ({ pod: { schedulerName: "somebody-else" } }),
    expected: { reason: "progress-deadline", from: "deadline-passed", within: AT_ONCE },
  },
  {
    name: "no-scale-up",
    title: "no node accepts the pods, and the autoscaler says that it adds none",
    fault: () => ({ pod: { nodeSelector: { "example.com/disk": "gold" } } }),
    meanwhile: (stage) =>
      sayAsAutoscaler(stage, "NotTriggerScaleUp", "1 max node group size reached"),
    expected: unschedulable,
  },
  {
    name: "claim-unbound",
    title: "the pods' volume claim finds no volume",
    fault: () => claimed("data"),
    objects: () => [claim("data")],
    expected: unbound,
  },
  {
    name: "claim-of-no-class",
    title: "the pods' volume claim names a storage class that does not exist",
    fault: () => claimed("data"),
    objects: () => [claim("data", "gold")],
    expected: unbound,
  },
  {
    name: "claim-missing",
    title: "the pods' volume claim does not exist",
    fault: () => claimed("data"),
    expected: unbound,
  },
];

/** Says of the case's pods what a cluster autoscaler says, in the place of one. */
export async function sayAsAutoscaler(stage: Stage, reason: string, message: string) {
  await stage.witness.sees("unscheduled");
  for (const { metadata } of await stage.pods()) {
    const { name, uid } = { name: metadata?.name ?? "", uid: metadata?.uid ?? "" };
    const now = new Date().toISOString().replace(/\.\d+/, "");
    await stage.create({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: `${name}.autoscaler` },
      involvedObject: { apiVersion: "v1", kind: "Pod", name, uid, namespace: stage.namespace },
      type: "Normal",
      reason,
      message: `pod: ${message}`,
      source: { component: "cluster-autoscaler" },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    });
  }
}

/** A claim, by default of a kind that nobody provides by itself. */
export function claim(name: string, storageClassName = ""): Manifest {
  return {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name },
    spec: {
      storageClassName,
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
    },
  };
}

/** Pods with the claim's volume. */
export function claimed(claimName: string) {
  return {
    pod: { volumes: [{ name: "data", persistentVolumeClaim: { claimName } }] },
    container: { volumeMounts: [{ name: "data", mountPath: "/data" }] },
  };
}
