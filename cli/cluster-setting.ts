import type { Cluster } from "../components/cluster.ts";
import { clusterSchema, resolveCluster } from "../settings/cluster.ts";
import { faultsOf, under } from "../settings/fault.ts";
import { badSettings, type StackSettings, writtenSetting } from "./written-setting.ts";

/**
 * The cluster as the stack's settings name it.
 *
 * @throws CommandFailure with a line for each fault of the setting
 */
export async function clusterSettingOf(stack: StackSettings): Promise<Cluster> {
  const setting = (await writtenSetting(stack, "cluster")) ?? {};
  const surroundings = { variables: process.env, folder: stack.folder };
  const { error } = clusterSchema(surroundings).safeParse(setting, { reportInput: true });
  const { cluster, faults } = resolveCluster(setting, surroundings);
  if (error === undefined && cluster !== undefined) {
    return cluster;
  }
  throw badSettings([...under(["cluster"], faultsOf(error)), ...faults]);
}
