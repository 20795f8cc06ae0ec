import { z } from "zod";

import { POOL } from "../../contract/marks.ts";
import type { Api } from "../../provider/cluster/api.ts";
import { ApiError } from "../../provider/cluster/api-error.ts";
import { atATime } from "../../provider/cluster/at-a-time.ts";
import { type Collection, nameOfCollection } from "../../provider/cluster/collection.ts";
import { oneLine } from "../../provider/cluster/one-line.ts";
import { remove } from "../../provider/cluster/remove.ts";

/** Lists at a time. */
const TOGETHER = 16;

/** An object that is left in a namespace. */
export interface Left {
  readonly kind: Collection;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Whether a controller made it, and takes it away with its owner. */
  readonly isOwned: boolean;
  /** Since when it is being deleted. */
  readonly deletedAt: string | undefined;
  readonly finalizers: readonly string[];
}

const schema = z.object({
  items: z
    .array(
      z.object({
        metadata: z.object({
          name: z.string(),
          uid: z.string(),
          deletionTimestamp: z.string().optional(),
          finalizers: z.array(z.string()).catch([]),
          ownerReferences: z.array(z.unknown()).catch([]),
        }),
      }),
    )
    .nullable()
    .catch(null),
});

/** What every namespace has of the cluster itself, by kind. */
const OF_THE_CLUSTER: Readonly<Record<string, readonly string[]>> = {
  configmaps: ["kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert"],
  serviceaccounts: ["default", "builder", "deployer"],
  "networkpolicies.networking.k8s.io": [POOL],
};

/** Tokens and logins that the cluster makes for its own accounts. */
const TOKENS = /^(?:default|builder|deployer)-(?:token|dockercfg)-/;

/**
 * What is left in a namespace beside the pool's own. A kind that this identity may not list has nothing here: it may not have written it
 * either.
 */
export async function leftIn(
  api: Pick<Api, "get">,
  kinds: readonly Collection[],
  namespace: string,
  signal: AbortSignal,
): Promise<Left[]> {
  const found = await atATime(TOGETHER, kinds, async (kind) => {
    const answer = await api.get(kind.path(namespace), {}, signal).catch(unlisted);
    return (schema.parse(answer).items ?? []).map(({ metadata }): Left => {
      const { name, uid, deletionTimestamp, finalizers, ownerReferences } = metadata;
      const isOwned = ownerReferences.length > 0;
      return { kind, namespace, name, uid, isOwned, deletedAt: deletionTimestamp, finalizers };
    });
  });
  return found.flat().filter((each) => !isOfTheCluster(each));
}

/** Deletes an object with all that its controllers have made of it, unless it is gone; a new one of its name stays. */
export async function removeLeft(
  api: Pick<Api, "delete">,
  { kind, namespace, name, uid }: Left,
  signal: AbortSignal,
): Promise<void> {
  const options = { propagationPolicy: "Background" };
  const object = { metadata: { name, uid } };
  await remove(api, kind.path(namespace), object, signal, options).catch(unlessForbidden);
}

/** An object in words, with what holds up its end. */
export function leftWords({ kind, name, deletedAt, finalizers }: Left): string {
  const object = `${nameOfCollection(kind)} ${oneLine(name)}`;
  if (finalizers.length > 0) {
    const held = finalizers.map((each) => oneLine(each, 80)).join(", ");
    return `${object} waits for whoever removes its finalizer ${held}`;
  }
  return deletedAt === undefined ? `${object} is there` : `${object} is ending`;
}

function isOfTheCluster({ kind, name }: Left): boolean {
  const resource = nameOfCollection(kind);
  const own = Object.hasOwn(OF_THE_CLUSTER, resource) ? OF_THE_CLUSTER[resource] : [];
  return own?.includes(name) === true || (resource === "secrets" && TOKENS.test(name));
}

function unlisted(error: unknown): object {
  if (error instanceof ApiError && [403, 404, 405].includes(error.status)) {
    return {};
  }
  throw error;
}

/** What may not be deleted is told by what is left. */
function unlessForbidden(error: unknown): void {
  if (!(error instanceof ApiError && error.status === 403)) {
    throw error;
  }
}
