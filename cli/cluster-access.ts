import type { KubeConfig } from "@kubernetes/client-node";

import { readTokenFiles } from "../kubeconfig/token-file";
import { resolveCluster } from "../settings/cluster";
import { faultLine } from "../settings/fault";
import { badInput } from "./exit-code";
import type { ProjectStack } from "./project-stack";

/**
 * The cluster as the stack's settings name it, with the access of whoever runs this.
 *
 * @throws CommandFailure with a line for each fault of the setting
 */
export async function clusterOf(stack: ProjectStack): Promise<KubeConfig> {
  const setting = JSON.parse((await stack.setting("cluster")) ?? "{}") as unknown;
  const found = resolveCluster(setting, { variables: process.env, folder: stack.folder });
  if ("faults" in found) {
    const lines = found.faults.map(({ path, text }) =>
      faultLine({ path: ["cluster", ...path], text }),
    );
    throw badInput(lines.join("\n  ") || "slipway:cluster.kubeconfig: there is no such file");
  }
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromFile(found.cluster.kubeconfig);
  await readTokenFiles(config, found.cluster.kubeconfig);
  config.setCurrentContext(found.cluster.context);
  return config;
}
