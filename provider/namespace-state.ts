import { z } from "zod";

import type { NamespaceEnd, NamespaceState } from "../contract/namespace-state.ts";
import type { Api } from "./cluster/api.ts";
import { find } from "./cluster/find.ts";
import { oneLine } from "./cluster/one-line.ts";

const ENFORCED = "pod-security.kubernetes.io/enforce";

/** Says that a group of the API cannot list what is left in the namespace: its server is dead. */
const DEAD_API = "NamespaceDeletionDiscoveryFailure";

const schema = z.object({
  metadata: z.object({
    labels: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
  }),
  status: z
    .object({
      conditions: z
        .array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string().default(""),
            message: z.string().default(""),
          }),
        )
        .default([]),
    })
    .optional(),
});

type Found = z.output<typeof schema>;

/**
 * The function `slipway:index:namespaceState`: whether the cluster has a namespace, what it enforces, and what holds up its end.
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
    const found = await find(api, path, signal);
    if (found === undefined) {
      return { exists: false };
    }
    const { data } = schema.safeParse(found);
    const level = data?.metadata.labels[ENFORCED];
    const end = data && endOf(namespace, data);
    return {
      exists: true,
      ...(level !== undefined && { level: oneLine(level) }),
      ...(end && { end }),
    };
  } catch {
    return {};
  }
}

function endOf(namespace: string, { metadata, status }: Found): NamespaceEnd | undefined {
  const since = metadata.deletionTimestamp;
  if (since === undefined) {
    return undefined;
  }
  const holds = (status?.conditions ?? []).filter((condition) => condition.status === "True");
  const why = holds.map(({ reason, message }) => `${oneLine(reason)}: ${oneLine(message)}`);
  const isDead = holds.some(({ type }) => type === DEAD_API);
  const remedy = isDead
    ? "fix the API that cannot be reached, or delete its APIService (kubectl get apiservices)"
    : "wait for its end";
  const told = [`namespace ${namespace} is being deleted since ${oneLine(since)}`, ...why];
  return { told: told.join("; "), remedy };
}
