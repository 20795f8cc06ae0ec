import type { Api } from "./api.ts";

/**
 * The architecture of the node that a pod runs on, e.g. `amd64`.
 * @returns undefined where that may not be read
 */
export async function architectureOf(
  api: Api,
  podPath: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const pod = (await api.get(podPath, {}, signal)) as { spec?: { nodeName?: string } };
    const path = `/api/v1/nodes/${pod.spec?.nodeName ?? ""}`;
    const node = (await api.get(path, {}, signal)) as {
      status?: { nodeInfo?: { architecture?: string } };
    };
    return node.status?.nodeInfo?.architecture;
  } catch {
    return undefined;
  }
}
