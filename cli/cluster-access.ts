import type { KubeConfig } from "@kubernetes/client-node";

import type { Cluster } from "../components/cluster.ts";
import { readTokenFiles } from "../kubeconfig/token-file.ts";
import { clusterSchema, resolveCluster } from "../settings/cluster.ts";
import { faultLine, faultsOf } from "../settings/fault.ts";
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
  const parsed = clusterSchema(surroundings).safeParse(setting, { reportInput: true });
  const found = resolveCluster(setting, surroundings);
  if (parsed.success && !("faults" in found)) {
    return found.cluster;
  }
  const faults = [
    ...(parsed.success ? [] : faultsOf(parsed.error)),
    ...("faults" in found ? found.faults : []),
  ];
  const lines = faults.map(({ path, text }) => faultLine({ path: ["cluster", ...path], text }));
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
  config.setCurrentContext(context);
  return config;
}
