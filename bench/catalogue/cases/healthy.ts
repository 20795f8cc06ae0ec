import { type Case, scriptContainer } from "../case.ts";

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
    name: "init-slow",
    title: "an init container takes 15 s",
    fault: ({ shop: image }) => ({
      pod: { initContainers: [scriptContainer("migrate", image, "setTimeout(() => {}, 15_000)")] },
    }),
    expected: "ready",
  },
  {
    name: "crash-twice-tolerated",
    title: "the process crashes twice, which its service tolerates",
    settings: { tolerate: { restarts: 2 } },
    fault: () => ({ container: { command: ["node", "-e", CRASH_TWICE] } }),
    expected: "ready",
  },
  {
    name: "ready-fails-at-first",
    title: "the ready path answers 500 for 5 s",
    fault: () => ({ container: { command: ["node", "-e", FAILS_AT_FIRST] } }),
    expected: "ready",
  },
];

const CRASH_TWICE = `
const { existsSync, writeFileSync } = require("node:fs");
for (const marker of ["/tmp/first", "/tmp/second"]) {
  if (!existsSync(marker)) {
    writeFileSync(marker, "");
    process.exit(1);
  }
}
import("/app/src/main.js");
`;

const FAILS_AT_FIRST = `
const since = Date.now();
require("node:http")
  .createServer(({ url }, response) => {
    const isReady = url === "/healthz" || Date.now() - since > 5000;
    response.writeHead(isReady ? 200 : 500).end();
  })
  .listen(8080);
`;

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
