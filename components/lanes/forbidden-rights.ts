import type { Right, Verb } from "../../rights.ts";
import { type Acts, rightsTo } from "./acts.ts";

const WRITE: readonly Verb[] = ["create", "update", "patch", "delete", "deletecollection"];
// A WebSocket is opened by a GET.
const CONNECT: readonly Verb[] = ["create", "get"];
const RBAC = "rbac.authorization.k8s.io";

/** What no lane needs in a namespace: each of these is a way to more rights, to somebody's secrets or around a policy. */
const IN_NAMESPACE: readonly Acts[] = [
  { group: RBAC, resources: ["roles"], verbs: [...WRITE, "bind", "escalate"] },
  { group: RBAC, resources: ["rolebindings"], verbs: WRITE },
  { group: "", resources: ["serviceaccounts"], verbs: [...WRITE, "impersonate"] },
  { group: "", resources: ["serviceaccounts/token"], verbs: ["create"] },
  { group: "", resources: ["secrets"], verbs: ["get", "list", "watch", ...WRITE] },
  { group: "", resources: ["pods"], verbs: WRITE },
  {
    group: "",
    resources: ["pods/exec", "pods/attach", "pods/portforward", "pods/proxy"],
    verbs: CONNECT,
  },
  { group: "", resources: ["pods/ephemeralcontainers"], verbs: ["update", "patch"] },
  { group: "", resources: ["pods/eviction"], verbs: ["create"] },
  { group: "", resources: ["services/proxy"], verbs: CONNECT },
  // An object of a namespace, as far as the authorizer is concerned: a Role in it can give these.
  { group: "", resources: ["namespaces"], verbs: ["update", "patch", "delete"] },
  { group: "", resources: ["resourcequotas", "limitranges"], verbs: WRITE },
];

/** What no lane needs on the cluster. */
const ON_CLUSTER: readonly Acts[] = [
  { group: RBAC, resources: ["clusterroles"], verbs: [...WRITE, "bind", "escalate"] },
  { group: RBAC, resources: ["clusterrolebindings"], verbs: WRITE },
  { group: RBAC, resources: ["roles"], verbs: ["create", "bind", "escalate"] },
  { group: RBAC, resources: ["rolebindings"], verbs: ["create"] },
  { group: "", resources: ["namespaces"], verbs: WRITE },
  { group: "", resources: ["secrets"], verbs: ["get", "list", "watch"] },
  { group: "", resources: ["users", "groups"], verbs: ["impersonate"] },
  { group: "", resources: ["serviceaccounts"], verbs: ["create", "impersonate"] },
  { group: "", resources: ["serviceaccounts/token"], verbs: ["create"] },
  { group: "", resources: ["nodes"], verbs: ["update", "patch", "delete"] },
  { group: "", resources: ["nodes/proxy"], verbs: CONNECT },
  { group: "", resources: ["persistentvolumes"], verbs: WRITE },
  {
    group: "admissionregistration.k8s.io",
    resources: [
      "validatingwebhookconfigurations",
      "mutatingwebhookconfigurations",
      "validatingadmissionpolicies",
      "validatingadmissionpolicybindings",
      "mutatingadmissionpolicies",
      "mutatingadmissionpolicybindings",
    ],
    verbs: WRITE,
  },
  { group: "apiextensions.k8s.io", resources: ["customresourcedefinitions"], verbs: WRITE },
  { group: "apiregistration.k8s.io", resources: ["apiservices"], verbs: WRITE },
  { group: "certificates.k8s.io", resources: ["certificatesigningrequests"], verbs: ["create"] },
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

function keyOf({ verb, group, resource, subresource, name, namespace }: Right): string {
  return JSON.stringify([verb, group, resource, subresource, name, namespace]);
}
