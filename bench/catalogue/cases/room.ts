import { setTimeout as delay } from "node:timers/promises";

import { type Case, scriptContainer } from "../case.ts";
import type { Stage } from "../stage.ts";

/** Long enough for the pods of the case to be refused meanwhile. */
const DRAIN_MILLISECONDS = 15_000;

/** Full quotas from which somebody is about to leave. */
export const ROOM: readonly Case[] = [
  {
    name: "quota-leaving",
    title: "the quota is full until a pod of somebody else has drained",
    prepare: async (stage) => {
      await fill(stage);
      await stage.delete(somebody());
      return {};
    },
    expected: "ready",
  },
];

async function fill(stage: Stage): Promise<void> {
  await stage.create({
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "small" },
    spec: { hard: { pods: "2" } },
  });
  await stage.create({
    ...somebody(),
    spec: {
      terminationGracePeriodSeconds: 30,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65532,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [scriptContainer("drains", stage.images.shop, DRAINS)],
    },
  });
  // A container that has not started yet ends at once.
  await delay(5000);
}

function somebody() {
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "somebody" } };
}

const DRAINS = `
process.on("SIGTERM", () => setTimeout(() => process.exit(0), ${DRAIN_MILLISECONDS}));
setInterval(() => {}, 1000);
`;
