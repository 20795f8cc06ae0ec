import { AT_ONCE, type Case } from "../case.ts";
import { served } from "./answers.ts";

/** Seconds that a pod has to be ready again. */
const RECOVERY = 10;

/** Pods that are ready, and do not stay so. */
export const SETTLING: readonly Case[] = [
  {
    name: "ready-then-crashes",
    title: "the process is ready, and ends with exit code 7 eight seconds later",
    fault: () => ({
      container: {
        command: [
          "node",
          "-e",
          "setTimeout(() => { console.error('the queue is gone'); process.exit(7); }, 9000); import('/app/src/main.js')",
        ],
      },
    }),
    expected: { reason: "crash-loop", from: "ended", within: AT_ONCE },
  },
  {
    name: "ready-then-not-ready",
    title: "the ready path answers 200 for 3 s, and 503 ever after",
    fault: () => served(`if (path === "/readyz" && seconds > 3) return [503];`),
    expected: { reason: "not-ready", from: "ready-no-more", within: RECOVERY + AT_ONCE },
  },
  {
    name: "ready-to-and-fro",
    title: "the ready path answers 200 for 5 s and 503 for 9 s, again and again",
    fault: () => served(`if (path === "/readyz" && seconds % 14 > 5) return [503];`),
    expected: { reason: "not-ready", from: "ready-no-more", within: 14 + RECOVERY + AT_ONCE },
  },
];

/** Pods that are ready, have bad luck, and are ready again. */
export const SETTLED: readonly Case[] = [
  {
    name: "readiness-blip",
    title: "the ready path answers 503 once for 9 s, a few seconds after the pods are ready",
    fault: () => served(`if (path === "/readyz" && seconds > 3 && seconds < 12) return [503];`),
    expected: "ready",
  },
  {
    name: "pod-taken-when-ready",
    title: "somebody deletes a pod as soon as it is ready",
    meanwhile: async (stage) => {
      await stage.witness.sees("pod-ready");
      await stage.delete({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: stage.witness.pod ?? "" },
      });
    },
    expected: "ready",
  },
];
