import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { V1Pod } from "@kubernetes/client-node";

import { cluster } from "../../testbed/cluster.ts";
import type { Manifest } from "../../testbed/kinds.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { POD } from "../../testbed/kinds.ts";
import { environment } from "../../tools/platform/environment.ts";
import { restricted } from "./intruder.ts";

const REACH = readFileSync(join(import.meta.dirname, "agent/reach.cjs"), "utf8");
const SECONDS = 30;

/** A pod, or a Deployment for any of its pods. */
export interface Place {
  readonly namespace: string;
  /** `pod-name` or `deploy/name`. */
  readonly name: string;
}

/** Ports that a pod serves. */
interface Ports {
  readonly tcp: readonly number[];
  /** Datagrams come back. */
  readonly udp?: readonly number[];
}

/** Code that serves ports until it ends. */
export function serving({ tcp, udp = [] }: Ports): string {
  return `
for (const port of ${JSON.stringify(tcp)}) {
  require("node:http").createServer((_, answer) => answer.end("here")).listen(port);
}
for (const port of ${JSON.stringify(udp)}) {
  const socket = require("node:dgram").createSocket("udp4");
  socket.on("message", (text, { port, address }) => socket.send(text, port, address)).bind(port);
}
process.on("SIGTERM", () => process.exit());`;
}

/** Starts a pod that meets the level `restricted` and serves ports, and awaits that the kubelet reaches it. */
export async function startPod(
  { namespace, name }: Place,
  ports: Ports,
  spec: object = {},
): Promise<{ readonly ip: string }> {
  const [port] = ports.tcp;
  const pod: Manifest = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace, name },
    spec: {
      terminationGracePeriodSeconds: 1,
      securityContext: { runAsNonRoot: true, runAsUser: 1000 },
      containers: [
        {
          name: "serves",
          image: environment().SLIPWAY_BASE_IMAGE,
          command: ["node", "-e", serving(ports)],
          readinessProbe: { httpGet: { port, path: "/" }, periodSeconds: 1 },
          securityContext: restricted,
        },
      ],
      ...spec,
    },
  };
  await cluster.create(pod);
  const end = Date.now() + SECONDS * 1000;
  while (Date.now() < end) {
    const { status } = await cluster.get(POD, namespace, name);
    if (isReady(status)) {
      return { ip: status?.podIP ?? "" };
    }
    await sleep(200);
  }
  throw new Error(`${namespace}/${name} is not ready after ${SECONDS} s`);
}

function isReady(status: V1Pod["status"]): boolean {
  return (
    status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false
  );
}

/** Which URLs answer a pod: see ./agent/reach.cjs. */
async function reached(
  { namespace, name }: Place,
  targets: readonly string[],
): Promise<Record<string, boolean>> {
  const command = ["exec", "--stdin", "--namespace", namespace, name, "--", "node", "-"];
  return JSON.parse(await kubectl([...command, ...targets], REACH)) as Record<string, boolean>;
}

/**
 * Compares which URLs answer a pod with which are to. Rules follow a new pod within a moment, so it looks again for a while.
 *
 * @throws Error with those that answer otherwise
 */
export async function expectTraffic(
  from: Place,
  { open, closed }: { readonly open: readonly string[]; readonly closed: readonly string[] },
): Promise<void> {
  const end = Date.now() + SECONDS * 1000;
  for (;;) {
    const found = await reached(from, [...open, ...closed]);
    const wrong = [...open.filter((url) => !found[url]), ...closed.filter((url) => found[url])];
    if (wrong.length === 0) {
      return;
    }
    if (Date.now() > end) {
      throw new Error(
        `from ${from.namespace}/${from.name}: ${wrong.map((url) => `${url} ${found[url] === true ? "answers" : "does not answer"}`).join(", ")}`,
      );
    }
    await sleep(500);
  }
}
