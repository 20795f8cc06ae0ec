import type { Right, Verb } from "../../rights.ts";

/** Acts on one kind of object. */
interface Acts {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly verbs: readonly Verb[];
}

const WRITE: readonly Verb[] = ["create", "update", "patch", "delete", "deletecollection"];
const RBAC = "rbac.authorization.k8s.io";
const ADMISSION = "admissionregistration.k8s.io";

/** What no lane needs in a namespace: each of these is a way to more rights, to somebody's secrets or around a policy. */
const IN_NAMESPACE: readonly Acts[] = [
  { group: RBAC, resource: "roles", verbs: [...WRITE, "bind", "escalate"] },
  { group: RBAC, resource: "rolebindings", verbs: WRITE },
  { group: "", resource: "serviceaccounts", verbs: [...WRITE, "impersonate"] },
  { group: "", resource: "serviceaccounts", subresource: "token", verbs: ["create"] },
  { group: "", resource: "secrets", verbs: ["get", "list", "watch", ...WRITE] },
  { group: "", resource: "pods", verbs: WRITE },
  // A WebSocket is opened by a GET.
  { group: "", resource: "pods", subresource: "exec", verbs: ["create", "get"] },
  { group: "", resource: "pods", subresource: "attach", verbs: ["create", "get"] },
  { group: "", resource: "pods", subresource: "portforward", verbs: ["create", "get"] },
  { group: "", resource: "pods", subresource: "proxy", verbs: ["create", "get"] },
  { group: "", resource: "pods", subresource: "ephemeralcontainers", verbs: ["update", "patch"] },
  { group: "", resource: "pods", subresource: "eviction", verbs: ["create"] },
  { group: "", resource: "services", subresource: "proxy", verbs: ["create", "get"] },
  // An object of a namespace, as far as the authorizer is concerned: a Role in it can give these.
  { group: "", resource: "namespaces", verbs: ["update", "patch", "delete"] },
  { group: "", resource: "resourcequotas", verbs: WRITE },
  { group: "", resource: "limitranges", verbs: WRITE },
];

/** What no lane needs on the cluster. */
const ON_CLUSTER: readonly Acts[] = [
  { group: RBAC, resource: "clusterroles", verbs: [...WRITE, "bind", "escalate"] },
  { group: RBAC, resource: "clusterrolebindings", verbs: WRITE },
  { group: RBAC, resource: "roles", verbs: ["create", "bind", "escalate"] },
  { group: RBAC, resource: "rolebindings", verbs: ["create"] },
  { group: "", resource: "namespaces", verbs: WRITE },
  { group: "", resource: "secrets", verbs: ["get", "list", "watch"] },
  { group: "", resource: "users", verbs: ["impersonate"] },
  { group: "", resource: "groups", verbs: ["impersonate"] },
  { group: "", resource: "serviceaccounts", verbs: ["create", "impersonate"] },
  { group: "", resource: "serviceaccounts", subresource: "token", verbs: ["create"] },
  { group: "", resource: "nodes", verbs: ["update", "patch", "delete"] },
  { group: "", resource: "nodes", subresource: "proxy", verbs: ["create", "get"] },
  { group: "", resource: "persistentvolumes", verbs: WRITE },
  { group: ADMISSION, resource: "validatingwebhookconfigurations", verbs: WRITE },
  { group: ADMISSION, resource: "mutatingwebhookconfigurations", verbs: WRITE },
  { group: ADMISSION, resource: "validatingadmissionpolicies", verbs: WRITE },
  { group: ADMISSION, resource: "validatingadmissionpolicybindings", verbs: WRITE },
  { group: ADMISSION, resource: "mutatingadmissionpolicies", verbs: WRITE },
  { group: ADMISSION, resource: "mutatingadmissionpolicybindings", verbs: WRITE },
  { group: "apiextensions.k8s.io", resource: "customresourcedefinitions", verbs: WRITE },
  { group: "apiregistration.k8s.io", resource: "apiservices", verbs: WRITE },
  { group: "certificates.k8s.io", resource: "certificatesigningrequests", verbs: ["create"] },
];

/** Where an identity works, and what it is for. */
export interface Duties {
  readonly namespaces: readonly string[];
  /** What it must be allowed, and is therefore not forbidden. */
  readonly needed: readonly Right[];
}

/**
 * What an identity of a lane must not be allowed to do, beside what it is for. A right to one object by its name leaves
 * the same right to all others forbidden.
 *
 * @see https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks
 */
export function forbiddenRights({ namespaces, needed }: Duties): readonly Right[] {
  const all = [
    ...namespaces.flatMap((namespace) =>
      IN_NAMESPACE.flatMap(rightsTo).map((right) => ({ ...right, namespace })),
    ),
    ...ON_CLUSTER.flatMap(rightsTo),
  ];
  const wanted = new Set(needed.map(keyOf));
  return all.filter((right) => !wanted.has(keyOf(right)));
}

function rightsTo({ verbs, ...object }: Acts): Right[] {
  return verbs.map((verb) => ({ verb, ...object }));
}

function keyOf({ verb, group, resource, subresource, name, namespace }: Right): string {
  return JSON.stringify([verb, group, resource, subresource, name, namespace]);
}
