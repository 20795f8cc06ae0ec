import { SEALING_SCOPE } from "../../../../contract/marks.ts";
import { literal } from "../policy.ts";
import { before, type Limit, refusal } from "./limit.ts";

/** Those that Slipway, Pulumi and kubectl write, which nobody else acts on. */
const OWN = [
  "pulumi.com/",
  "slipway/",
  "org.opencontainers.image.",
  "kubectl.kubernetes.io/",
  SEALING_SCOPE,
  "external-secrets.io/force-sync",
];

/**
 * Annotations are orders to whoever watches the cluster: to an Ingress controller for more than routes, to a cloud for an identity, to
 * replicators and DNS. So the deploy lane adds none but those that have no such reader.
 */
export const ANNOTATIONS: Limit = {
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
  resources: [
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
  ],
  variables: {
    annotations: "object.metadata.?annotations.orValue({})",
    before: before("metadata.?annotations", "{}"),
  },
  validations: [
    {
      expression: `variables.annotations.all(k, ${literal(OWN)}.exists(p, k.startsWith(p)) || (k in variables.before && variables.before[k] == variables.annotations[k]))`,
      message: refusal("metadata.annotations", "those that Slipway itself writes"),
    },
  ],
};
