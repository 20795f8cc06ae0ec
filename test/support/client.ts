import { Log } from "@kubernetes/client-node";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

import { environment } from "../../tools/platform/environment.ts";
import { cluster, kubeConfig } from "../../testbed/cluster.ts";
import { POD } from "../../testbed/kinds.ts";

/** Asks without pause until it is told to stop, and counts what came back. */
const LOOP = `
const [url] = process.argv.slice(1);
let ok = 0, stopped = false;
const failures = [];
process.on("SIGTERM", () => { stopped = true; });
(async () => {
  while (!stopped) {
    try {
      const response = await fetch(url, { headers: { connection: "close", accept: "application/json" }, signal: AbortSignal.timeout(5000) });
      await response.text();
      if (response.ok) ok++; else failures.push("status " + response.status);
    } catch (error) {
      failures.push(String(error.cause ?? error));
    }
    if (ok === 1) console.log("first answer");
  }
  console.log(JSON.stringify({ ok, failures }));
  process.exit(0);
})();
`;

export interface Answers {
  readonly ok: number;
  readonly failures: readonly string[];
}

/** A pod that asks a service without pause: what its users notice of a release. */
export class Client {
  private readonly namespace: string;
  private readonly name: string;

  private constructor(namespace: string, name: string) {
    this.namespace = namespace;
    this.name = name;
  }

  static async start(namespace: string, url: string): Promise<Client> {
    const name = "client";
    await cluster.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace },
      spec: {
        restartPolicy: "Never",
        automountServiceAccountToken: false,
        terminationGracePeriodSeconds: 10,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: 65532,
          seccompProfile: { type: "RuntimeDefault" },
        },
        containers: [
          {
            name,
            image: environment().SLIPWAY_BASE_IMAGE,
            command: ["node", "-e", LOOP, url],
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          },
        ],
      },
    });
    const client = new Client(namespace, name);
    await client.waitFor("first answer");
    return client;
  }

  /** Ends the loop and says what came back. The pod stays until its namespace goes. */
  async stop(): Promise<Answers> {
    const log = this.follow();
    await cluster.delete({ ...POD, metadata: { name: this.name, namespace: this.namespace } });
    const lines = (await log).trim().split("\n");
    return JSON.parse(lines.at(-1) ?? "") as Answers;
  }

  private async follow(): Promise<string> {
    const stream = new PassThrough();
    await logs().log(this.namespace, this.name, this.name, stream, { follow: true });
    return text(stream);
  }

  private async waitFor(line: string): Promise<void> {
    for (let tries = 0; tries < 60; tries++) {
      const pod = await cluster.get(POD, this.namespace, this.name);
      if (pod.status?.phase === "Failed") {
        throw new Error(`the client failed: ${JSON.stringify(pod.status)}`);
      }
      if (pod.status?.phase === "Running") {
        const stream = new PassThrough();
        await logs().log(this.namespace, this.name, this.name, stream, {});
        if ((await text(stream)).includes(line)) {
          return;
        }
      }
      await sleep(500);
    }
    throw new Error(`the client did not say "${line}" within 30 s`);
  }
}

const logs = (): Log => new Log(kubeConfig());
