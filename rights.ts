import { kindOf, type OfKind, resourceOfKind, revisionKindOf } from "./contract/workload-kind.ts";

/**
 * What Slipway's provider must be allowed to do, as plain data: the preflight checks it, the lanes grant it,
 * and the proof of the lanes compares both with it. Rights to write the stack's objects are not here; they follow from their kinds.
 */

/** The verbs of RBAC rules: those of every kind, then those of single ones. */
export const VERBS = [
  "get",
  "list",
  "watch",
  "create",
  "update",
  "patch",
  "delete",
  "deletecollection",
  "bind",
  "escalate",
  "impersonate",
  "impersonate:user-info",
  "impersonate:serviceaccount",
  "impersonate:arbitrary-node",
  "impersonate:associated-node",
  "approve",
  "sign",
  "attest",
] as const;

/** A verb of an RBAC rule. */
export type Verb = (typeof VERBS)[number];

/**
 * One act that the API server allows an identity or not: the `resourceAttributes` of an access review.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authorization/#request-attributes
 */
export interface Right {
  readonly verb: Verb;
  /** API group; empty for the core group. */
  readonly group: string;
  /** In the plural, as in RBAC rules. */
  readonly resource: string;
  /** @default - the resource itself */
  readonly subresource?: string;
  /**
   * The one object that it is about.
   * @default - all of them
   */
  readonly name?: string;
  /**
   * Where the objects are.
   * @default - outside of namespaces, or in all of them: only a ClusterRole gives that
   */
  readonly namespace?: string;
}

/** A right, and what it is for. */
export interface NeededRight extends Right {
  /** Whether a verdict needs it; without an optional one a release is still judged, but with less evidence. */
  readonly required: boolean;
  /** What needs it, in a few words. */
  readonly purpose: string;
}

/** What a release has that its verdict looks at. */
export interface VerdictScope extends OfKind {
  readonly namespace: string;
  /**
   * Name of the one Deployment, or of what is in its place, for a rule with `resourceNames`.
   * @default - all of the namespace
   */
  readonly deployment?: string;
  /**
   * Whether it takes connections, so that there is a Service.
   * @default true
   */
  readonly service?: boolean;
  /** Whether the service has an Ingress. */
  readonly ingress: boolean;
  /**
   * Whether the service has an HTTPRoute.
   * @default false
   */
  readonly route?: boolean;
  /** Whether a failed release's report has the last lines of its containers' logs. */
  readonly logs: boolean;
  /** Whether a failed release is replaced by the last one that was ready. */
  readonly rollback: boolean;
}

/** What following a collection needs. */
const FOLLOW = ["list", "watch"] as const;

/**
 * The rights that the verdict on a release needs, in the namespace of the release unless said otherwise. Slipway also
 * looks for Secrets and ConfigMaps that pods wait for, if the stack's own objects give the right; none is required here.
 */
export function rightsOfVerdict(scope: VerdictScope): readonly NeededRight[] {
  const { namespace, deployment, service = true, route = false } = scope;
  const { group, resource } = resourceOfKind(kindOf(scope));
  const named = deployment === undefined ? {} : { name: deployment };
  if (kindOf(scope) === "CronJob") {
    return rightsOfSchedule(scope, named);
  }
  return [
    ...within(namespace, [
      ...follow(group, resource),
      ...KEPT_AT[revisionKindOf(scope)].flatMap((kept) => follow("apps", kept)),
      ...follow("", "pods"),
      ...(service ? follow("", "services") : []),
      ...(service ? follow("discovery.k8s.io", "endpointslices") : []),
      ...(scope.ingress ? follow("networking.k8s.io", "ingresses") : []),
      ...(route ? follow("gateway.networking.k8s.io", "httproutes") : []),
      { ...required("get", group, resource, "verdict"), ...named },
      ...FOLLOW.map((verb) => optional(verb, "", "events", "evidence")),
      ...(scope.logs ? [{ ...optional("get", "", "pods", "evidence"), subresource: "log" }] : []),
      ...(scope.rollback ? [{ ...optional("patch", group, resource, "rollback"), ...named }] : []),
      ...(kindOf(scope) === "Rollout" ? RIGHTS_OF_STEPS : []),
      // A broken one is not replaced otherwise.
      ...(kindOf(scope) === "StatefulSet" ? [optional("delete", "", "pods", "rollback")] : []),
      { ...optional("get", "", "namespaces", "evidence"), name: namespace },
    ]),
    ...(scope.ingress ? [optional("get", "networking.k8s.io", "ingressclasses", "evidence")] : []),
  ];
}

/** What a Rollout measures is read, and the measurement of a first release is begun. */
const RIGHTS_OF_STEPS: readonly NeededRight[] = [
  ...FOLLOW.map((verb) => required(verb, "argoproj.io", "analysisruns", "verdict")),
  required("create", "argoproj.io", "analysisruns", "verdict"),
  required("get", "argoproj.io", "analysistemplates", "verdict"),
];

/** A CronJob is proved by a Job that is made from it, awaited and cleared away. */
function rightsOfSchedule(
  { namespace, logs, rollback }: VerdictScope,
  named: { readonly name?: string },
): readonly NeededRight[] {
  return within(namespace, [
    { ...required("get", "batch", "cronjobs", "verdict"), ...named },
    ...(["get", "create"] as const).map((verb) => required(verb, "batch", "jobs", "proof")),
    ...follow("batch", "jobs"),
    ...follow("", "pods"),
    optional("delete", "batch", "jobs", "proof"),
    ...FOLLOW.map((verb) => optional(verb, "", "events", "evidence")),
    ...(logs ? [{ ...optional("get", "", "pods", "evidence"), subresource: "log" }] : []),
    ...(rollback ? [{ ...optional("patch", "batch", "cronjobs", "rollback"), ...named }] : []),
    { ...optional("get", "", "namespaces", "evidence"), name: namespace },
  ]);
}

/** The rights that migrations of services need beside the verdict's: a Job of each is created, awaited, and deleted when it is over. */
export function rightsOfMigration(namespace: string, logs: boolean): readonly NeededRight[] {
  const verbs = ["get", "create", "delete"] as const;
  return within(namespace, [
    ...verbs.map((verb) => required(verb, "batch", "jobs", "migration")),
    ...follow("batch", "jobs"),
    ...follow("", "pods"),
    ...FOLLOW.map((verb) => optional(verb, "", "events", "evidence")),
    ...(logs ? [{ ...optional("get", "", "pods", "evidence"), subresource: "log" }] : []),
    { ...optional("get", "", "namespaces", "evidence"), name: namespace },
  ]);
}

/** Where each kind's pod templates are kept. */
const KEPT_AT = {
  ReplicaSet: ["replicasets"],
  ControllerRevision: ["controllerrevisions"],
  Job: [],
} as const;

/** What Prometheus is asked about a release, as far as the cluster is asked for it. */
export interface MonitoringScope {
  /** Of the release. */
  readonly namespace: string;
  /** Of the Prometheus that scrapes. */
  readonly prometheusNamespace: string;
  /** The Service that is asked through the API server, undefined if there is none. */
  readonly service: { readonly namespace: string; readonly name: string } | undefined;
}

/**
 * The rights by which Prometheus is asked about a release, and by which the cause is found if it does not scrape it. None is required:
 * what cannot be asked is a remark on the release.
 */
export function rightsOfMonitoring(scope: MonitoringScope): readonly NeededRight[] {
  const { namespace, prometheusNamespace, service } = scope;
  const group = "monitoring.coreos.com";
  const proxy = service && {
    ...optional("get", "", "services", "monitoring"),
    ...{ subresource: "proxy", name: service.name, namespace: service.namespace },
  };
  return [
    ...(proxy ? [proxy] : []),
    { ...optional("list", group, "prometheuses", "evidence"), namespace: prometheusNamespace },
    ...within(
      namespace,
      ["podmonitors", "prometheusrules"].map((each) => optional("get", group, each, "evidence")),
    ),
  ];
}

/** An object of any kind, as far as its verdict looks at the cluster. */
export interface ObjectScope {
  /** Where it is; for an object outside of namespaces, where the events about it are kept. */
  readonly namespace: string;
  readonly name: string;
  readonly group: string;
  readonly resource: string;
  /** Whether it is judged by its pods, too. */
  readonly pods: boolean;
  /** Whether a report has the last lines of its containers' logs. */
  readonly logs: boolean;
}

/** The rights that the verdict on an object of any kind needs. Discovery of its kind needs none of its own. */
export function rightsOfObject(scope: ObjectScope): readonly NeededRight[] {
  const { namespace, group, resource, name } = scope;
  const verbs = ["get", ...FOLLOW] as const;
  return within(namespace, [
    ...verbs.map((verb) => ({ ...required(verb, group, resource, "verdict"), name })),
    ...(scope.pods ? follow("", "pods") : []),
    ...FOLLOW.map((verb) => optional(verb, "", "events", "evidence")),
    ...(scope.pods && scope.logs
      ? [{ ...optional("get", "", "pods", "evidence"), subresource: "log" }]
      : []),
    { ...optional("get", "", "namespaces", "evidence"), name: namespace },
  ]);
}

/** A credential, as far as awaiting its Secret asks the cluster. */
export interface SecretScope {
  readonly namespace: string;
  /** Name of the SealedSecret or ExternalSecret, and of its Secret. */
  readonly name: string;
}

/** A credential, as far as its sealing asks the cluster. */
export interface CredentialScope extends SecretScope {
  /** Service of the Sealed Secrets controller. */
  readonly controller: { readonly namespace: string; readonly name: string };
  /** Whether the certificate to seal with is set, so that the controller's own is not needed. */
  readonly certificate: boolean;
}

/**
 * The rights that sealing a credential and awaiting its Secret need. Discovery of the API group `bitnami.com` needs none
 * that an authenticated identity lacks.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles
 */
export function rightsOfSealing(scope: CredentialScope): readonly NeededRight[] {
  const { controller } = scope;
  const proxy = {
    subresource: "proxy",
    name: `http:${controller.name}:http`,
    namespace: controller.namespace,
  };
  const certificate = scope.certificate ? [] : [required("get", "", "services", "certificate")];
  return [
    ...certificate.map((right) => ({ ...right, ...proxy })),
    { ...optional("create", "", "services", "check before sealing"), ...proxy },
    ...rightsOfSecret("bitnami.com", "sealedsecrets", scope),
  ];
}

/** The rights that awaiting the Secret of an ExternalSecret needs. */
export function rightsOfExternalSecret(secret: SecretScope): readonly NeededRight[] {
  return rightsOfSecret("external-secrets.io", "externalsecrets", secret);
}

function rightsOfSecret(
  group: string,
  resource: string,
  { name, namespace }: SecretScope,
): NeededRight[] {
  const object = { name, namespace };
  return [
    { ...required("get", group, resource, "credential"), ...object },
    { ...optional("patch", group, resource, "retry"), ...object },
    { ...required("get", "", "secrets", "credential"), ...object },
    { ...optional("list", "", "events", "evidence"), namespace },
  ];
}

/** Kinds from which controllers make Secrets. */
export const SECRET_MAKERS = {
  Certificate: { group: "cert-manager.io", resource: "certificates" },
  ExternalSecret: { group: "external-secrets.io", resource: "externalsecrets" },
  SealedSecret: { group: "bitnami.com", resource: "sealedsecrets" },
  VaultStaticSecret: { group: "secrets.hashicorp.com", resource: "vaultstaticsecrets" },
  SecretProviderClass: { group: "secrets-store.csi.x-k8s.io", resource: "secretproviderclasses" },
  Ingress: { group: "networking.k8s.io", resource: "ingresses" },
} as const;

/**
 * The rights to find out whether a missing Secret is about to be made. They are asked for only when one is missing, and a
 * cluster has few of these kinds, so that no preflight reports them.
 */
export function rightsOfSecretMakers(namespace: string): readonly NeededRight[] {
  const makers = Object.values(SECRET_MAKERS);
  return within(
    namespace,
    makers.map(({ group, resource }) => optional("list", group, resource, "evidence")),
  );
}

/**
 * The rights to look at the claims that services name, and at whether their classes let them grow. Without them the API server and the
 * verdict say later what is wrong.
 */
export function rightsOfClaims(namespace: string): readonly NeededRight[] {
  return [
    { ...optional("get", "", "persistentvolumeclaims", "early faults"), namespace },
    optional("get", "storage.k8s.io", "storageclasses", "early faults"),
  ];
}

/**
 * The right by which a hand-off is awaited: to look at the one object that applies it. To ask that to look at once would take a write,
 * so that it looks when its time has come.
 */
export function rightsOfHandOff({ of, namespace, name }: Applier): readonly NeededRight[] {
  const { group, resource } = APPLIERS[of];
  return [{ ...required("get", group, resource, "hand-off"), name, namespace }];
}

/** The object by which a controller applies what was handed off. */
export interface Applier {
  readonly of: keyof typeof APPLIERS;
  readonly namespace: string;
  readonly name: string;
}

/** The kinds of the objects by which controllers apply what was handed off. */
const APPLIERS = {
  argocd: { group: "argoproj.io", resource: "applications" },
  flux: { group: "kustomize.toolkit.fluxcd.io", resource: "kustomizations" },
} as const;

/** A resource as RBAC rules and people write it, e.g. `deployments.apps` or `pods/log`. */
export function resourceOf({ group, resource, subresource }: Omit<Right, "verb">): string {
  const whole = group === "" ? resource : `${resource}.${group}`;
  return subresource === undefined ? whole : `${whole}/${subresource}`;
}

function within(namespace: string, rights: readonly NeededRight[]): NeededRight[] {
  return rights.map((right) => ({ ...right, namespace }));
}

function follow(group: string, resource: string): NeededRight[] {
  return FOLLOW.map((verb) => required(verb, group, resource, "verdict"));
}

function required(verb: Verb, group: string, resource: string, purpose: string): NeededRight {
  return { verb, group, resource, required: true, purpose };
}

function optional(verb: Verb, group: string, resource: string, purpose: string): NeededRight {
  return { verb, group, resource, required: false, purpose };
}
