import type { KubeConfig } from "@kubernetes/client-node";

import type { Cluster } from "../components/cluster.ts";
import { usePlugins } from "../kubeconfig/credential-plugin.ts";
import { readTokenFiles } from "../kubeconfig/token-file.ts";
import { useProxies } from "../kubeconfig/way.ts";
import { clusterSchema, resolveCluster } from "../settings/cluster.ts";
import { faultLine, faultsOf, under } from "../settings/fault.ts";
import { badInput } from "./exit-code.ts";
import type { ProjectStack } from "./project-stack.ts";

/**
 * The cluster as the stack's settings name it.
 *
 * @throws CommandFailure with a line for each fault of the setting
 */
export async function clusterSettingOf(
  stack: Pick<ProjectStack, "setting" | "folder">,
): Promise<Cluster> {
  const setting = JSON.parse((await stack.setting("cluster")) ?? "{}") as unknown;
  const surroundings = { variables: process.env, folder: stack.folder };
  const { error } = clusterSchema(surroundings).safeParse(setting, { reportInput: true });
  const { cluster, faults } = resolveCluster(setting, surroundings);
  if (error === undefined && cluster !== undefined) {
    return cluster;
  }
  const lines = [...under(["cluster"], faultsOf(error)), ...faults].map(faultLine);
  throw badInput([...new Set(lines)].join("\n  "));
}

/**
 * The same, with the access of whoever runs this.
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
