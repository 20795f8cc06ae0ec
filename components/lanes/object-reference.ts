import type { Right, Verb } from "../../rights.ts";

/** Which object is meant, e.g. a manifest whose place is known. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** The objects of a set of manifests; those that settings do not call for are undefined. */
export function objectsOf(
  manifests: Readonly<Record<string, ObjectReference | undefined>>,
): ObjectReference[] {
  return Object.values(manifests).filter((manifest) => manifest !== undefined);
}

/** Kinds that a stack registers, as rights name them. */
const RESOURCES: Readonly<Record<string, string>> = {
  ClusterRole: "clusterroles",
  ClusterRoleBinding: "clusterrolebindings",
  ConfigMap: "configmaps",
  Deployment: "deployments",
  ExternalSecret: "externalsecrets",
  HorizontalPodAutoscaler: "horizontalpodautoscalers",
  Ingress: "ingresses",
  LimitRange: "limitranges",
  Namespace: "namespaces",
  NetworkPolicy: "networkpolicies",
  PodDisruptionBudget: "poddisruptionbudgets",
  ResourceQuota: "resourcequotas",
  Role: "roles",
  RoleBinding: "rolebindings",
  SealedSecret: "sealedsecrets",
  Secret: "secrets",
  Service: "services",
  ServiceAccount: "serviceaccounts",
  ValidatingAdmissionPolicy: "validatingadmissionpolicies",
  ValidatingAdmissionPolicyBinding: "validatingadmissionpolicybindings",
};

/** A kind of object. */
export interface ObjectKind {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
}

/**
 * Rights to all objects of a kind.
 *
 * @throws Error for a kind that is not known here
 */
export function rightsTo(
  { apiVersion, kind }: ObjectKind,
  verbs: readonly Verb[],
): Pick<Right, "verb" | "group" | "resource">[] {
  const resource = RESOURCES[String(kind)];
  if (resource === undefined) {
    throw new Error(
      `kind ${String(kind)}: it is not known how rights name it; add it to ${Object.keys(RESOURCES).join(", ")}`,
    );
  }
  const [group = ""] = String(apiVersion).includes("/") ? String(apiVersion).split("/") : [];
  return verbs.map((verb) => ({ verb, group, resource }));
}

/** The right to read one object. To a namespace it can be given inside of it. */
export function rightToRead(object: ObjectReference): Right[] {
  const { name, namespace } = object.metadata;
  const place = object.kind === "Namespace" ? name : namespace;
  return rightsTo(object, ["get"]).map((right) => ({
    ...right,
    name,
    ...(place !== undefined && { namespace: place }),
  }));
}
