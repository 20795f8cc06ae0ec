import type { KubeConfig } from "@kubernetes/client-node";

import { usePlugins } from "../kubeconfig/credential-plugin.ts";
import { readTokenFiles } from "../kubeconfig/token-file.ts";
import { useProxies } from "../kubeconfig/way.ts";
import { clusterSettingOf } from "./cluster-setting.ts";
import type { ProjectStack } from "./project-stack.ts";

/**
 * The cluster as the stack's settings name it, with the access of whoever runs this.
 *
 * @throws CommandFailure with a line for each fault of the setting
 */
export async function clusterOf(stack: ProjectStack): Promise<KubeConfig> {
  const { kubeconfig, context } = await clusterSettingOf(stack);
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  await readTokenFiles(config, kubeconfig);
  usePlugins(config, kubeconfig, process.stdin.isTTY);
  useProxies(config);
  config.setCurrentContext(context);
  return config;
}
