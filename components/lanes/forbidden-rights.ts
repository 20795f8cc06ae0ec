import type { Right, Verb } from "../../rights.ts";
import { type Acts, rightsTo } from "./acts.ts";
import { AGENT, LAUNCHER, TOKEN } from "./definition.ts";
import { AGENTS } from "./objects.ts";

const READ: readonly Verb[] = ["get", "list", "watch"];
const CHANGE: readonly Verb[] = ["create", "update", "patch"];
const WRITE: readonly Verb[] = [...CHANGE, "delete", "deletecollection"];
const WRITE_ONE: readonly Verb[] = ["update", "patch", "delete"];
// A WebSocket is opened by a GET.
const CONNECT: readonly Verb[] = ["create", "get"];

const RBAC = "rbac.authorization.k8s.io";
const ADMISSION = "admissionregistration.k8s.io";
const IDENTITIES = "authentication.k8s.io";
const CERTIFICATES = "certificates.k8s.io";
const GATEWAYS = "gateway.networking.k8s.io";

/** What no lane needs in any namespace: each is a way to more rights, to somebody's secrets or into somebody's traffic. */
const EVERYWHERE: readonly Acts[] = [
  { group: RBAC, resources: ["roles"], verbs: [...WRITE, "bind", "escalate"] },
  { group: RBAC, resources: ["rolebindings"], verbs: WRITE },
  { group: "", resources: ["serviceaccounts"], verbs: [...WRITE, "impersonate"] },
  { group: IDENTITIES, resources: ["serviceaccounts"], verbs: ["impersonate:serviceaccount"] },
  { group: "", resources: ["serviceaccounts/token"], verbs: ["create"] },
  { group: "", resources: ["secrets"], verbs: [...READ, ...WRITE] },
  { group: "", resources: ["configmaps"], verbs: CHANGE },
  { group: "", resources: ["pods"], verbs: WRITE },
  {
    group: "",
    resources: ["pods/exec", "pods/attach", "pods/portforward", "pods/proxy"],
    verbs: CONNECT,
  },
  { group: "", resources: ["pods/ephemeralcontainers", "pods/resize"], verbs: ["update", "patch"] },
  { group: "apps", resources: ["deployments", "statefulsets", "daemonsets"], verbs: CHANGE },
  { group: "batch", resources: ["jobs", "cronjobs"], verbs: CHANGE },
  { group: "apps", resources: ["replicasets"], verbs: ["create"] },
  { group: "", resources: ["replicationcontrollers"], verbs: ["create"] },
  { group: "", resources: ["services", "endpoints"], verbs: CHANGE },
  { group: "discovery.k8s.io", resources: ["endpointslices"], verbs: CHANGE },
  { group: "", resources: ["services/proxy"], verbs: CONNECT },
  // A controller that loses its lease stops.
  { group: "coordination.k8s.io", resources: ["leases"], verbs: CHANGE },
  // An object of a namespace, as far as the authorizer is concerned: a Role in it can give these.
  { group: "", resources: ["namespaces"], verbs: WRITE_ONE },
];

/** What else it does not need where it works: around a limit, or to the services. */
const AT_WORK: readonly Acts[] = [
  { group: "", resources: ["resourcequotas", "limitranges"], verbs: WRITE },
  { group: "networking.k8s.io", resources: ["networkpolicies"], verbs: WRITE },
  { group: "networking.k8s.io", resources: ["ingresses"], verbs: CHANGE },
  { group: GATEWAYS, resources: ["gateways", "httproutes"], verbs: CHANGE },
  { group: "", resources: ["pods/eviction", "pods/binding", "bindings"], verbs: ["create"] },
];

/** The same for objects of a lane by their names: a rule may be limited to them. */
const IN_LANE: readonly Acts[] = [
  {
    group: "",
    resources: ["serviceaccounts/token"],
    verbs: ["create"],
    names: [AGENT, LAUNCHER],
  },
  { group: "", resources: ["secrets"], verbs: ["get"], names: [TOKEN] },
  { group: "", resources: ["resourcequotas", "limitranges"], verbs: WRITE_ONE, names: [AGENTS] },
  { group: "networking.k8s.io", resources: ["networkpolicies"], verbs: WRITE_ONE, names: [AGENTS] },
  { group: RBAC, resources: ["roles", "rolebindings"], verbs: WRITE_ONE, names: [LAUNCHER] },
];

/** Whoever may point a controller elsewhere has it apply what they like. */
const AT_APPLIERS: readonly Acts[] = [
  {
    group: "argoproj.io",
    resources: ["applications", "applicationsets", "appprojects"],
    verbs: WRITE,
  },
  { group: "kustomize.toolkit.fluxcd.io", resources: ["kustomizations"], verbs: WRITE },
  {
    group: "source.toolkit.fluxcd.io",
    resources: ["gitrepositories", "ocirepositories", "buckets"],
    verbs: WRITE,
  },
];

const POLICIES = ["validatingadmissionpolicies", "validatingadmissionpolicybindings"];

/** What no lane needs on the cluster. */
const ON_CLUSTER: readonly Acts[] = [
  { group: RBAC, resources: ["clusterroles"], verbs: [...WRITE, "bind", "escalate"] },
  { group: RBAC, resources: ["clusterrolebindings"], verbs: WRITE },
  { group: RBAC, resources: ["roles"], verbs: ["create", "bind", "escalate"] },
  { group: RBAC, resources: ["rolebindings"], verbs: ["create"] },
  { group: "", resources: ["namespaces"], verbs: WRITE },
  { group: "", resources: ["secrets"], verbs: READ },
  { group: "", resources: ["users", "groups"], verbs: ["impersonate"] },
  { group: IDENTITIES, resources: ["uids", "userextras/scopes"], verbs: ["impersonate"] },
  { group: IDENTITIES, resources: ["users", "groups", "uids"], verbs: ["impersonate:user-info"] },
  {
    group: IDENTITIES,
    resources: ["nodes"],
    verbs: ["impersonate:arbitrary-node", "impersonate:associated-node"],
  },
  { group: "", resources: ["serviceaccounts"], verbs: ["create", "impersonate"] },
  { group: "", resources: ["serviceaccounts/token"], verbs: ["create"] },
  { group: "authorization.k8s.io", resources: ["subjectaccessreviews"], verbs: ["create"] },
  { group: "", resources: ["nodes"], verbs: ["create", ...WRITE_ONE] },
  { group: "", resources: ["nodes/status"], verbs: ["update", "patch"] },
  { group: "", resources: ["nodes/proxy", "nodes/checkpoint"], verbs: CONNECT },
  { group: "", resources: ["nodes/log"], verbs: ["get"] },
  { group: "", resources: ["persistentvolumes"], verbs: WRITE },
  {
    group: "storage.k8s.io",
    resources: ["storageclasses", "volumeattachments", "csidrivers"],
    verbs: CHANGE,
  },
  {
    group: ADMISSION,
    resources: [
      "validatingwebhookconfigurations",
      "mutatingwebhookconfigurations",
      ...POLICIES,
      "mutatingadmissionpolicies",
      "mutatingadmissionpolicybindings",
    ],
    verbs: WRITE,
  },
  { group: "apiextensions.k8s.io", resources: ["customresourcedefinitions"], verbs: WRITE },
  { group: "apiregistration.k8s.io", resources: ["apiservices"], verbs: WRITE },
  { group: CERTIFICATES, resources: ["certificatesigningrequests"], verbs: ["create"] },
  {
    group: CERTIFICATES,
    resources: ["certificatesigningrequests/approval", "certificatesigningrequests/status"],
    verbs: ["update", "patch"],
  },
  { group: CERTIFICATES, resources: ["signers"], verbs: ["approve", "sign", "attest"] },
  { group: CERTIFICATES, resources: ["clustertrustbundles"], verbs: CHANGE },
  { group: "node.k8s.io", resources: ["runtimeclasses"], verbs: CHANGE },
  { group: "scheduling.k8s.io", resources: ["priorityclasses"], verbs: CHANGE },
  { group: "networking.k8s.io", resources: ["ingressclasses"], verbs: CHANGE },
  { group: GATEWAYS, resources: ["gatewayclasses"], verbs: CHANGE },
  {
    group: "flowcontrol.apiserver.k8s.io",
    resources: ["flowschemas", "prioritylevelconfigurations"],
    verbs: CHANGE,
  },
];

/** Where an identity works, and what it is for. */
export interface Duties {
  /** Where it works: of the services, of lanes. */
  readonly namespaces: readonly string[];
  /**
   * Those of them that are lanes.
   * @default []
   */
  readonly lanes?: readonly string[];
  /**
   * Where others work from whom it could take more rights: the cluster's controllers, Jenkins.
   * @default []
   */
  readonly elsewhere?: readonly string[];
  /**
   * Where the objects are by which controllers apply what is handed off.
   * @default []
   */
  readonly appliers?: readonly string[];
  /**
   * Names of the policies that limit it.
   * @default []
   */
  readonly policies?: readonly string[];
  /** What it must be allowed, and is therefore not forbidden. */
  readonly needed: readonly Right[];
}

/**
 * What an identity of a lane must not be allowed to do, beside what it is for. A right to one object by its name leaves
 * the same right to all others forbidden.
 *
 * @see https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks
 * @see https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/
 */
export function forbiddenRights(duties: Duties): readonly Right[] {
  const { namespaces, lanes = [], elsewhere = [], appliers = [], policies = [], needed } = duties;
  const all = [
    ...within([...namespaces, ...elsewhere], EVERYWHERE),
    ...within(namespaces, AT_WORK),
    ...within(lanes, IN_LANE),
    ...within(appliers, AT_APPLIERS),
    ...ON_CLUSTER.flatMap(rightsTo),
    ...rightsTo({ group: ADMISSION, resources: POLICIES, verbs: WRITE_ONE, names: policies }),
  ];
  const wanted = new Set(needed.map(keyOf));
  return all.filter((right) => !wanted.has(keyOf(right)));
}

/** In each of these namespaces, once. A rule about namespaces may be limited to the one that it is in. */
function within(namespaces: readonly string[], acts: readonly Acts[]): Right[] {
  return [...new Set(namespaces)].flatMap((namespace) =>
    acts.flatMap(rightsTo).map((right) => {
      const named = right.resource === "namespaces" ? { name: namespace } : {};
      return { ...right, namespace, ...named };
    }),
  );
}

function keyOf({ verb, group, resource, subresource, name, namespace }: Right): string {
  return JSON.stringify([verb, group, resource, subresource, name, namespace]);
}
