import { AT_ONCE, type Case, type Failure, scriptContainer } from "../case.ts";
import { dependent } from "./healthy.ts";

const crashLoop: Failure = { reason: "crash-loop", from: "ended-twice", within: AT_ONCE };

/** Containers that do not stay up. */
export const CONTAINERS: readonly Case[] = [
  {
    name: "crash-at-start",
    title: "the process ends with exit code 3 as soon as it starts",
    settings: { env: { FAULT_CRASH_AT_START: 3 } },
    expected: crashLoop,
  },
  {
    name: "crash-for-a-bad-setting",
    title: "the process refuses one of its own environment variables",
    settings: { env: { PORT: "eighty" } },
    expected: crashLoop,
  },
  {
    name: "ends-with-success",
    title: "the process ends with exit code 0 instead of serving",
    fault: () => ({ container: { command: ["node", "-e", "console.log('all done')"] } }),
    expected: crashLoop,
  },
  {
    name: "command-missing",
    title: "the container's command is not in the image",
    fault: () => ({ container: { command: ["/opt/shop/bin/serve"] } }),
    expected: crashLoop,
  },
  {
    name: "exec-format-error",
    title: "the container's program is none that the node can run",
    objects: () => [
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "program" },
        binaryData: { serve: FOREIGN_PROGRAM },
      },
    ],
    fault: () => ({
      pod: { volumes: [{ name: "program", configMap: { name: "program", defaultMode: 0o555 } }] },
      container: {
        command: ["/program/serve"],
        volumeMounts: [{ name: "program", mountPath: "/program" }],
      },
    }),
    expected: crashLoop,
  },
  crashing(
    "hostile-log",
    "the process ends after a line of 300 kB with the word token in it everywhere",
    "console.log('token'.repeat(60_000))",
  ),
  crashing(
    "hostile-word",
    "the process ends after a word of 1 MB",
    "console.log('a'.repeat(1_000_000))",
  ),
  crashing("killed-by-itself", "the process ends by a signal of its own", "process.abort()"),
  {
    name: "folder-unwritable",
    title: "the container's working directory is missing, and its file system is read-only",
    fault: () => ({ container: { workingDir: "/srv/shop" } }),
    expected: crashLoop,
  },
  {
    name: "sidecar-crash",
    title: "a sidecar crashes repeatedly",
    fault: ({ shop: image }) => ({
      pod: {
        initContainers: [
          {
            ...scriptContainer("proxy", image, "process.exit(7)"),
            restartPolicy: "Always",
          },
        ],
      },
    }),
    expected: crashLoop,
  },
  {
    name: "out-of-memory",
    title: "the process needs more memory than its limit",
    settings: {
      env: { FAULT_MEMORY_BYTES: 800_000_000, FAULT_NEVER_READY: true },
      resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { memory: "96Mi" } },
    },
    expected: { reason: "out-of-memory", from: "ended-twice", within: AT_ONCE },
  },
  {
    name: "dependency-never-there",
    title: "the process ends, because what it connects to never answers",
    settings: { warmupSeconds: 20 },
    fault: () => ({ container: { command: ["node", "-e", dependent(3600)] } }),
    expected: { reason: "crash-loop", from: "ended-twice", within: 20 + AT_ONCE },
  },
  {
    name: "init-fails",
    title: "an init container ends with exit code 1",
    fault: ({ shop: image }) => ({
      pod: {
        initContainers: [
          scriptContainer("migrate", image, "console.error('no such table'); process.exit(1)"),
        ],
      },
    }),
    expected: { reason: "init-failed", from: "ended-twice", within: AT_ONCE },
  },
  {
    name: "init-command-missing",
    title: "an init container's command is not in the image",
    fault: ({ shop: image }) => ({
      pod: {
        initContainers: [
          { ...scriptContainer("migrate", image, ""), command: ["/opt/shop/bin/migrate"] },
        ],
      },
    }),
    expected: { reason: "init-failed", from: "ended-twice", within: AT_ONCE },
  },
  {
    name: "init-out-of-memory",
    title: "an init container needs more memory than its limit",
    fault: ({ shop: image }) => ({
      pod: {
        initContainers: [
          {
            ...scriptContainer("migrate", image, "Buffer.alloc(500_000_000, 1)"),
            resources: { requests: { memory: "32Mi" }, limits: { memory: "96Mi" } },
          },
        ],
      },
    }),
    expected: { reason: "out-of-memory", from: "ended-twice", within: AT_ONCE },
  },
  {
    name: "init-hangs",
    title: "an init container never ends",
    settings: { deadlineSeconds: 15 },
    fault: ({ shop: image }) => ({
      pod: { initContainers: [scriptContainer("wait", image, "setInterval(() => {}, 1000)")] },
    }),
    expected: { reason: "progress-deadline", from: "deadline-passed", within: AT_ONCE },
  },
  {
    name: "image-runs-as-root",
    title: "the image runs as root, which the pod forbids",
    fault: ({ base }) => ({
      pod: { securityContext: { runAsUser: null, runAsGroup: null } },
      container: { image: base },
    }),
    expected: { reason: "container-invalid", from: "container-refused", within: AT_ONCE },
  },
];

function crashing(name: string, title: string, script: string): Case {
  const command = ["node", "-e", `${script}; process.exitCode = 1`];
  return { name, title, fault: () => ({ container: { command } }), expected: crashLoop };
}

/** The head of a program in the Executable and Linkable Format, for a machine that there is not. */
const FOREIGN_PROGRAM = Buffer.from(
  `7f454c4602010100${"00".repeat(8)}0200fafa01000000${"00".repeat(64)}`,
  "hex",
).toString("base64");
