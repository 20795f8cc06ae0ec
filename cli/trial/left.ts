import { z } from "zod";

import { TAKES_BACK } from "../../components/manifests/labels.ts";
import { TRIAL } from "../../components/trial/definition.ts";
import { MADE_HERE, POOL } from "../../contract/marks.ts";
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
          labels: z.record(z.string(), z.string()).catch({}),
          annotations: z.record(z.string(), z.string()).catch({}),
          finalizers: z.array(z.string()).catch([]),
          ownerReferences: z.array(z.unknown()).catch([]),
        }),
      }),
    )
    .nullable()
    .catch(null),
});

/** What every namespace has of the cluster itself, or of the pool, by kind. */
const OF_THE_CLUSTER: Readonly<Record<string, readonly string[]>> = {
  configmaps: ["kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert"],
  serviceaccounts: ["default", "builder", "deployer"],
  "networkpolicies.networking.k8s.io": [POOL],
  "leases.coordination.k8s.io": [TRIAL],
};

/** What bounds a trial. Whoever delivers manifests of its own may have written some, which the engine has marked. */
const BOUNDS = [
  "limitranges",
  "resourcequotas",
  "rolebindings.rbac.authorization.k8s.io",
  "roles.rbac.authorization.k8s.io",
];

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
    const items = schema.parse(answer).items ?? [];
    const tried = items.filter(({ metadata }) => !isBound(kind, metadata));
    return tried.map(({ metadata }): Left => {
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

/** The pool's own have its label, and those of anybody else in the cluster have no mark of the engine. */
function isBound(
  kind: Collection,
  { labels, annotations }: Readonly<Record<"labels" | "annotations", Record<string, string>>>,
): boolean {
  const isMarked = Object.keys(TAKES_BACK).every((key) => key in annotations);
  const isOwn = Object.entries(MADE_HERE).every(([key, value]) => labels[key] === value);
  return BOUNDS.includes(nameOfCollection(kind)) && (isOwn || !isMarked);
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
