import { z } from "zod";
import type { NamespaceEnd } from "../contract/namespace-end.ts";
import type { Api } from "./cluster/api.ts";
import { oneLine } from "./cluster/one-line.ts";

const schema = z.object({
  metadata: z.object({ deletionTimestamp: z.string().optional() }),
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

/** Says that a group of the API cannot list what is left in the namespace: its server is dead. */
const DEAD_API = "NamespaceDeletionDiscoveryFailure";

/**
 * The function `slipway:index:namespaceEnd`: what holds up the end of a namespace that is being deleted. It accepts no
 * new objects from anybody.
 *
 * @returns nothing for a namespace that stays, does not exist, or may not be read
 */
export async function namespaceEnd(
  api: Pick<Api, "get">,
  namespace: string,
  signal: AbortSignal,
): Promise<NamespaceEnd> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  const found = schema.safeParse(await api.get(path, undefined, signal).catch(() => undefined));
  const since = found.data?.metadata.deletionTimestamp;
  if (since === undefined) {
    return {};
  }
  const holds = (found.data?.status?.conditions ?? []).filter(({ status }) => status === "True");
  const why = holds.map(({ reason, message }) => `${oneLine(reason)}: ${oneLine(message)}`);
  const isDead = holds.some(({ type }) => type === DEAD_API);
  const remedy = isDead
    ? "fix the API that cannot be reached, or delete its APIService (kubectl get apiservices)"
    : "wait for its end";
  const told = [`namespace ${namespace} is being deleted since ${oneLine(since)}`, ...why];
  return { told: told.join("; "), remedy };
}
