import { setTimeout as delay } from "node:timers/promises";

import { AT_ONCE, type Case, type Failure } from "../case.ts";

const CRASH_LOOP: Failure = { reason: "crash-loop", from: "ended-twice", within: AT_ONCE };

const AUTOSCALE = { min: 2, max: 3, cpu: 70 };

/** Changes of a service that was ready before. */
export const CHANGES: readonly Case[] = [
  {
    name: "change-crashes",
    title: "a changed variable makes the process end",
    earlier: {},
    settings: { env: { FAULT_CRASH_AT_START: 3 } },
    expected: CRASH_LOOP,
  },
  {
    name: "change-without-image",
    title: "the new image is not in the registry",
    earlier: {},
    prepare: ({ images: { shop } }) =>
      Promise.resolve({ service: { image: shop.replace(/@.*/, `@sha256:${"0".repeat(64)}`) } }),
    expected: { reason: "image-not-found", from: "image-refused", within: AT_ONCE },
  },
  {
    name: "change-after-restart",
    title: "somebody has restarted the pods eleven times, and the change makes the process end",
    earlier: {},
    settings: { env: { FAULT_CRASH_AT_START: 3 } },
    furnish: async (stage) => {
      for (let restart = 0; restart < 11; restart += 1) {
        await stage.restart("shop");
        // The restart's time has whole seconds.
        await delay(1100);
      }
    },
    expected: CRASH_LOOP,
  },
  {
    name: "recreated",
    title: "the one old pod goes before the new one comes",
    earlier: { replicas: 1 },
    settings: { env: { FAULT_READY_AFTER_SECONDS: 5 } },
    fault: () => ({ deployment: { strategy: { type: "Recreate", rollingUpdate: null } } }),
    expected: "ready",
  },
  {
    name: "restarted-by-hand",
    title: "somebody has restarted the pods before a variable changes",
    earlier: {},
    settings: { env: { GREETING: "hello" } },
    furnish: (stage) => stage.restart("shop"),
    expected: "ready",
  },
  {
    name: "autoscaled",
    title: "an autoscaler has the number of pods",
    settings: { autoscale: AUTOSCALE, replicas: undefined },
    expected: "ready",
  },
  {
    name: "replicas-to-autoscaler",
    title: "an autoscaler takes over from a number of pods",
    earlier: {},
    settings: { autoscale: AUTOSCALE, replicas: undefined },
    expected: "ready",
  },
  {
    name: "fewer-and-changed",
    title: "the number of pods and a variable change at once",
    earlier: {},
    settings: { replicas: 1, env: { GREETING: "hello" } },
    expected: "ready",
  },
  {
    name: "more-and-changed",
    title: "more pods are asked for, with a variable that changes",
    earlier: {},
    settings: { replicas: 3, env: { GREETING: "hello" } },
    expected: "ready",
  },
  {
    name: "autoscaler-to-replicas",
    title: "one pod takes the place of an autoscaler's two",
    earlier: { autoscale: AUTOSCALE, replicas: undefined },
    settings: { autoscale: undefined, replicas: 1 },
    expected: "ready",
  },
];
