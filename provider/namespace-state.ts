import { z } from "zod";

import type { NamespaceState } from "../contract/namespace-state.ts";
import { ApiError } from "./cluster/api-error.ts";
import type { Api } from "./cluster/api.ts";
import { oneLine } from "./cluster/one-line.ts";

const NOT_FOUND = 404;
const ENFORCED = "pod-security.kubernetes.io/enforce";

const schema = z.object({
  metadata: z.object({ labels: z.record(z.string(), z.string()).default({}) }),
});

/**
 * The function `slipway:index:namespaceState`: whether the cluster has a namespace, and what it enforces.
 *
 * @returns nothing for one that may not be read
 */
export async function namespaceState(
  api: Pick<Api, "get">,
  namespace: string,
  signal: AbortSignal,
): Promise<NamespaceState> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  try {
    const found = schema.safeParse(await api.get(path, undefined, signal));
    const level = found.data?.metadata.labels[ENFORCED];
    return { exists: true, ...(level !== undefined && { level: oneLine(level) }) };
  } catch (error) {
    return error instanceof ApiError && error.status === NOT_FOUND ? { exists: false } : {};
  }
}
