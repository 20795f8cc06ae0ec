import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api, Health, KubeConfig } from "@kubernetes/client-node";
import { contextName, kubeconfigs, nodeName } from "./kubeconfig";

/** Clients' settings for the platform's cluster; nothing of the user's own kubeconfig is read. */
export function clusterConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigs.administrator);
  config.setCurrentContext(contextName);
  return config;
}

/** Resolves when the API server says that it is ready; rejects when not. */
export async function apiServerReady(): Promise<void> {
  if (!(await new Health(clusterConfig()).readyz({ timeout: 2000 })))
    throw new Error("the API server is not ready");
}

/** Whether the node says Ready. */
export async function nodeIsReady(): Promise<boolean> {
  const { status } = await clusterConfig().makeApiClient(CoreV1Api).readNode({ name: nodeName });
  return (
    status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false
  );
}

/** Waits until the node says Ready. */
export async function awaitNode(seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    if (await nodeIsReady().catch(() => false)) return;
    await sleep(100);
  }
  throw new Error(
    `node ${nodeName} is not Ready after ${seconds} s; see its conditions with: npm run platform -- status`,
  );
}
