import { type Delivery, hasClaims, servicesOf } from "../../delivery.ts";
import { literal } from "../policy.ts";
import { type Limit, refusal } from "./limit.ts";
import { annotationsAt, labelsAt, NAMED_ANNOTATIONS } from "./orders.ts";

/** ConfigMaps of every namespace that the cluster itself writes: whom its pods trust. */
const OF_THE_CLUSTER = ["kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert"];

/** What stands above each object that the deploy lane writes: an order to whoever watches the cluster. */
export function annotations(delivery: Delivery): Limit {
  const named = namedAnnotations(delivery);
  const routes = servicesOf(delivery).some((service) => service.routes.length > 0);
  return {
    apiGroups: [
      "",
      "apps",
      "autoscaling",
      "bitnami.com",
      "external-secrets.io",
      ...(routes ? ["gateway.networking.k8s.io"] : []),
      "networking.k8s.io",
      "policy",
    ],
    apiVersion: "*",
    resources: [
      "configmaps",
      "deployments",
      "externalsecrets",
      "horizontalpodautoscalers",
      ...(routes ? ["httproutes"] : []),
      "ingresses",
      "networkpolicies",
      ...(hasClaims(delivery) ? ["persistentvolumeclaims"] : []),
      "poddisruptionbudgets",
      "sealedsecrets",
      "serviceaccounts",
      "services",
    ],
    ...(named.length > 0 && { variables: { [NAMED_ANNOTATIONS]: literal(named) } }),
    validations: [
      annotationsAt("metadata", undefined, named.length > 0),
      labelsAt("metadata"),
      {
        expression: `!(object.metadata.name in ${literal(OF_THE_CLUSTER)})`,
        message: refusal("metadata.name", "what the cluster does not write itself"),
      },
    ],
  };
}

/** The annotations that the settings give objects, each with its object: `Ingress shop key value`. */
function namedAnnotations(delivery: Delivery): string[] {
  const all = servicesOf(delivery).flatMap(({ name, service, ingresses, routes }) => [
    ...linesOf("Service", name, service.annotations),
    ...ingresses.flatMap((each) => linesOf("Ingress", each.name, each.annotations)),
    ...routes.flatMap((each) => linesOf("HTTPRoute", each.name, each.annotations)),
  ]);
  return [...new Set(all)].sort();
}

function linesOf(
  kind: string,
  name: string,
  annotations: Readonly<Record<string, string>> = {},
): string[] {
  return Object.entries(annotations).map(([key, value]) => `${kind} ${name} ${key} ${value}`);
}
