import { type Right, resourceOf } from "../../rights.ts";
import { laneMetadata } from "./objects.ts";

/** A rule of a Role. */
export interface Rule {
  readonly apiGroups: string[];
  readonly resources: string[];
  /** @default - every object of these resources */
  readonly resourceNames?: string[];
  readonly verbs: string[];
}

/** Whom a role is for, and all that it may do. */
export interface Account {
  readonly namespace: string;
  readonly name: string;
  readonly rights: readonly Right[];
}

const GROUP = "rbac.authorization.k8s.io";
const RBAC = { apiVersion: `${GROUP}/v1` } as const;

/**
 * A role with those of an account's rights that are in one namespace or, without one, outside of namespaces; and its
 * binding.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
export function roleManifests<
  Kind extends "Role" | "ClusterRole",
  Within extends { readonly namespace?: string },
>(kind: Kind, name: string, within: Within, { rights, ...account }: Account) {
  const metadata = laneMetadata(name, within);
  return {
    role: {
      ...RBAC,
      kind,
      metadata,
      rules: rulesOf(rights.filter(({ namespace }) => namespace === within.namespace)),
    },
    binding: {
      ...RBAC,
      kind: `${kind}Binding` as const,
      metadata,
      roleRef: { apiGroup: GROUP, kind, name },
      subjects: [{ kind: "ServiceAccount", name: account.name, namespace: account.namespace }],
    },
  };
}

/** The fewest rules that give these rights and no others, in an order that only the rights decide. */
export function rulesOf(rights: readonly Right[]): Rule[] {
  const unnamed = new Set(rights.filter(({ name }) => name === undefined).map(actOf));
  const needed = rights.filter((right) => right.name === undefined || !unnamed.has(actOf(right)));
  const byObject = grouped(needed, (right) => [resourceOf(right), right.name]);
  const objects = byObject.map((acts) => {
    const verbs = new Set(acts.map(({ verb }) => verb));
    return { right: acts[0], verbs: [...verbs].sort() };
  });
  const byVerbs = grouped(objects, ({ right, verbs }) => {
    return [resourceOf(right), right.name === undefined, verbs];
  });
  return byVerbs.map((alike) => {
    const { right, verbs } = alike[0];
    const names = alike.flatMap(({ right: { name } }) => name ?? []);
    return {
      apiGroups: [right.group],
      resources: [resourceOf({ ...right, group: "" })],
      ...(names.length > 0 && { resourceNames: names.sort() }),
      verbs,
    };
  });
}

/** Groups of what has the same key, in the order of their keys. */
function grouped<Value>(values: readonly Value[], keyOf: (value: Value) => unknown) {
  const groups = Map.groupBy(values, (value) => JSON.stringify(keyOf(value)));
  const sorted = [...groups].sort(([one], [other]) => (one < other ? -1 : 1));
  return sorted.map(([, group]) => group as [Value, ...Value[]]);
}

function actOf(right: Right): string {
  return `${right.verb} ${resourceOf(right)}`;
}
