import type { Cluster } from "../components/cluster.ts";
import { clusterSchema, resolveCluster } from "../settings/cluster.ts";
import { faultLine, faultsOf, under } from "../settings/fault.ts";
import { badInput } from "./exit-code.ts";

/** Where a stack's settings are. */
export interface StackSettings {
  readonly folder: string;
  /** A setting in clear, mappings as JSON; undefined if there is none. */
  setting(key: string): Promise<string | undefined>;
}

/**
 * The cluster as the stack's settings name it.
 *
 * @throws CommandFailure with a line for each fault of the setting
 */
export async function clusterSettingOf(stack: StackSettings): Promise<Cluster> {
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
