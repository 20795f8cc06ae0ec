import type * as k8s from "@pulumi/kubernetes";

import { type Right, resourceOf } from "../../rights.ts";
import { laneMetadata } from "./objects.ts";

/** A rule of a Role. */
export interface Rule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly resourceNames?: string[];
  readonly verbs: string[];
}

/** Whom a Role is for. */
export interface Account {
  readonly namespace: string;
  readonly name: string;
}

const RBAC = { apiVersion: "rbac.authorization.k8s.io/v1" } as const;
const GROUP = "rbac.authorization.k8s.io";

/**
 * An account's rights in one namespace.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/
 */
export function roleManifests(
  name: string,
  namespace: string,
  account: Account,
  rights: readonly Right[],
) {
  const metadata = laneMetadata(name, { namespace });
  return {
    role: {
      ...RBAC,
      kind: "Role",
      metadata,
      rules: rulesOf(rights.filter((right) => right.namespace === namespace)),
    } satisfies k8s.types.input.rbac.v1.Role,
    binding: {
      ...RBAC,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: GROUP, kind: "Role", name },
      subjects: [subject(account)],
    } satisfies k8s.types.input.rbac.v1.RoleBinding,
  };
}

/** An account's rights outside of namespaces. */
export function clusterRoleManifests(name: string, account: Account, rights: readonly Right[]) {
  const metadata = laneMetadata(name, {});
  return {
    role: {
      ...RBAC,
      kind: "ClusterRole",
      metadata,
      rules: rulesOf(rights.filter(({ namespace }) => namespace === undefined)),
    } satisfies k8s.types.input.rbac.v1.ClusterRole,
    binding: {
      ...RBAC,
      kind: "ClusterRoleBinding",
      metadata,
      roleRef: { apiGroup: GROUP, kind: "ClusterRole", name },
      subjects: [subject(account)],
    } satisfies k8s.types.input.rbac.v1.ClusterRoleBinding,
  };
}

/** The fewest rules that give these rights and no others, in an order that only the rights decide. */
export function rulesOf(rights: readonly Right[]): Rule[] {
  const unnamed = new Set(rights.filter(({ name }) => name === undefined).map(actOf));
  const needed = rights.filter((right) => right.name === undefined || !unnamed.has(actOf(right)));
  const acts = grouped(needed, (right) => JSON.stringify([resourceOf(right), right.name]));
  const objects = acts.map(([right, ...others]) => {
    const verbs = new Set([right, ...others].map(({ verb }) => verb));
    return { right, verbs: [...verbs].sort() };
  });
  const rules = grouped(objects, ({ right, verbs }) =>
    JSON.stringify([resourceOf(right), right.name === undefined, verbs]),
  );
  return rules.map(([{ right, verbs }, ...others]) => {
    const { group, resource, subresource } = right;
    const names = [right, ...others.map((other) => other.right)].flatMap(({ name }) => name ?? []);
    return {
      apiGroups: [group],
      resources: [subresource === undefined ? resource : `${resource}/${subresource}`],
      ...(names.length > 0 && { resourceNames: names.sort() }),
      verbs,
    };
  });
}

/** Groups of what has the same key, in the order of their keys. */
function grouped<Value>(
  values: readonly Value[],
  keyOf: (value: Value) => string,
): [Value, ...Value[]][] {
  const groups = new Map<string, [Value, ...Value[]]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) {
      groups.set(keyOf(value), [value]);
    } else {
      group.push(value);
    }
  }
  return [...groups].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, group]) => group);
}

function actOf(right: Right): string {
  return `${right.verb} ${resourceOf(right)}`;
}

function subject({ namespace, name }: Account) {
  return { kind: "ServiceAccount", name, namespace };
}
