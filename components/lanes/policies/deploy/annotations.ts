import { type Delivery, hasClaims } from "../../delivery.ts";
import { literal } from "../policy.ts";
import { type Limit, refusal } from "./limit.ts";
import { annotationsAt, labelsAt } from "./orders.ts";

/** ConfigMaps of every namespace that the cluster itself writes: whom its pods trust. */
const OF_THE_CLUSTER = ["kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert"];

/** What stands above each object that the deploy lane writes: an order to whoever watches the cluster. */
export function annotations(delivery: Delivery): Limit {
  const resources = hasClaims(delivery) ? [...RESOURCES, "persistentvolumeclaims"] : RESOURCES;
  return { ...ANNOTATIONS, resources };
}

const RESOURCES = [
  "configmaps",
  "deployments",
  "externalsecrets",
  "horizontalpodautoscalers",
  "ingresses",
  "networkpolicies",
  "poddisruptionbudgets",
  "sealedsecrets",
  "serviceaccounts",
  "services",
];

const ANNOTATIONS: Omit<Limit, "resources"> = {
  apiGroups: [
    "",
    "apps",
    "autoscaling",
    "bitnami.com",
    "external-secrets.io",
    "networking.k8s.io",
    "policy",
  ],
  apiVersion: "*",
  validations: [
    annotationsAt("metadata"),
    labelsAt("metadata"),
    {
      expression: `!(object.metadata.name in ${literal(OF_THE_CLUSTER)})`,
      message: refusal("metadata.name", "what the cluster does not write itself"),
    },
  ],
};
