import { AT_ONCE, type Case } from "../case.ts";

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
      },
    }),
    expected: { reason: "evicted", from: "pod-lost", within: AT_ONCE },
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
