import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, type Kind, REPLICA_SET, SERVICE } from "../../testbed/kinds.ts";

const KINDS: readonly Kind<object>[] = [
  { apiVersion: "v1", kind: "ServiceAccount" },
  { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" },
  SERVICE,
  DEPLOYMENT,
];

/** Which objects of a service there are, by kind, with the identity that each was given when it was made. */
export async function identities(
  namespace: string,
  name: string,
): Promise<Readonly<Record<string, string>>> {
  const found = await Promise.all(
    KINDS.map(async ({ apiVersion, kind }) => {
      const object = await cluster.find({ apiVersion, kind }, namespace, name);
      return object?.metadata?.uid === undefined ? [] : [[kind, object.metadata.uid] as const];
    }),
  );
  return Object.fromEntries(found.flat());
}

/** A service's ReplicaSets by identity: one for each pod template that it ever had. */
export async function replicaSets(namespace: string, name: string): Promise<string[]> {
  const sets = await cluster.list(REPLICA_SET, namespace, `app.kubernetes.io/name=${name}`);
  return sets.map(({ metadata }) => metadata?.uid ?? "").sort();
}
