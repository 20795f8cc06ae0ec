import { setTimeout as delay } from "node:timers/promises";

import { AT_ONCE, bystander, type Case, scriptContainer } from "../case.ts";
import type { Stage } from "../stage.ts";
import { quota } from "./admission.ts";

/** Long enough for the pods of the case to be refused meanwhile. */
const DRAIN_MILLISECONDS = 25_000;

/** What changes the pods, and nothing else. */
const CHANGED = { env: { GREETING: "hello" } };

/** Quotas that are full, for the time being or for good. */
export const ROOM: readonly Case[] = [
  {
    name: "quota-for-no-change",
    title: "the changed pods request more memory than the quota allows for all",
    earlier: {},
    settings: { resources: { requests: { cpu: "10m", memory: "256Mi" } } },
    objects: () => [quota({ "requests.memory": "128Mi" })],
    expected: { reason: "quota-exceeded", from: "pod-refused", within: AT_ONCE },
  },
  {
    name: "quota-leaving",
    title: "the quota is full until a pod of somebody else has drained",
    furnish: async (stage) => {
      await fill(stage);
      await stage.delete(somebody(stage));
    },
    expected: "ready",
  },
  {
    name: "quota-with-room-for-one",
    title: "two pods are replaced, and the quota has room for one more",
    earlier: {},
    settings: CHANGED,
    objects: () => [quota({ pods: "3" })],
    expected: "ready",
  },
  {
    name: "quota-without-room-for-a-surge",
    title: "two pods are replaced, and the quota has room for no more than these",
    earlier: {},
    settings: CHANGED,
    objects: () => [quota({ pods: "2" })],
    expected: { reason: "quota-exceeded", from: "pod-refused", within: AT_ONCE },
  },
  {
    name: "quota-and-no-surge",
    title: "two pods are replaced one after the other, without a surge, in a quota for two",
    earlier: {},
    settings: { ...CHANGED, replacement: { surge: 0, unavailable: 1 } },
    objects: () => [quota({ pods: "2" })],
    expected: "ready",
  },
  {
    name: "quota-and-recreated",
    title: "two pods are recreated in a quota for two",
    earlier: {},
    settings: { ...CHANGED, replacement: "recreate" },
    objects: () => [quota({ pods: "2" })],
    expected: "ready",
  },
  {
    name: "quota-of-two-services",
    title: "the pods of two services are replaced, and the quota has room for one more",
    earlier: {},
    settings: CHANGED,
    beside: { cart: {} },
    furnish: async (stage) => {
      await stage.create(quota({ pods: "5" }));
      await stage.restart("cart");
    },
    expected: "ready",
  },
];

async function fill(stage: Stage): Promise<void> {
  await stage.create(quota({ pods: "2" }));
  await stage.create(somebody(stage));
  // A container that has not started yet ends at once.
  await delay(5000);
}

function somebody({ images: { shop } }: Stage) {
  const spec = { terminationGracePeriodSeconds: 30 };
  return bystander("somebody", scriptContainer("drains", shop, DRAINS), spec);
}

const DRAINS = `
process.on("SIGTERM", () => setTimeout(() => process.exit(0), ${DRAIN_MILLISECONDS}));
setInterval(() => {}, 1000);
`;
