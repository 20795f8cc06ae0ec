import { request } from "node:https";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { KubeConfig } from "@kubernetes/client-node";
import { CONTEXT_NAME, kubeconfigs, NODE_NAME } from "./kubeconfig.ts";

const PATIENCE_MILLISECONDS = 3000;

/** Clients' settings for the platform's cluster; nothing of the user's own kubeconfig is read. */
export function clusterConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigs.administrator);
  config.setCurrentContext(CONTEXT_NAME);
  return config;
}

/** Resolves when the API server says that it is ready; rejects when not. */
export async function apiServerReady(): Promise<void> {
  await ask("/readyz");
}

/** Whether the node says Ready. */
export async function nodeIsReady(): Promise<boolean> {
  const { status } = JSON.parse(await ask(`/api/v1/nodes/${NODE_NAME}`)) as Node;
  return status.conditions.some(({ type, status }) => type === "Ready" && status === "True");
}

/** Waits until the node says Ready. */
export async function awaitNode(seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    if (await nodeIsReady().catch(() => false)) {
      return;
    }
    await sleep(100);
  }
  throw new Error(
    `node ${NODE_NAME} is not Ready after ${seconds} s; see why with: npm run platform -- status`,
  );
}

interface Node {
  readonly status: { readonly conditions: { readonly type: string; readonly status: string }[] };
}

/** The client library's requests have no end when the API server has lost its database. */
async function ask(path: string): Promise<string> {
  const config = clusterConfig();
  const options = { path, signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) };
  await config.applyToHTTPSOptions(options);
  const url = new URL(config.getCurrentCluster()?.server ?? "");
  return new Promise((resolve, reject) => {
    request(url, options, (response) => {
      const { statusCode } = response;
      const body = text(response);
      if (statusCode === 200) {
        body.then(resolve, reject);
      } else {
        reject(new Error(`the API server answered ${statusCode ?? "nothing"} to ${path}`));
      }
    })
      .on("error", reject)
      .end();
  });
}
