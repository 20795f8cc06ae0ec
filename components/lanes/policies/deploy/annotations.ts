import { resourceOfKind } from "../../../../contract/workload-kind.ts";
import { type Delivery, hasClaims, kindsOf } from "../../delivery.ts";
import { literal } from "../policy.ts";
import { type Limit, refusal } from "./limit.ts";
import { annotationsAt, labelsAt } from "./orders.ts";

/** ConfigMaps of every namespace that the cluster itself writes: whom its pods trust. */
const OF_THE_CLUSTER = ["kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert"];

const GROUPS = [
  "",
  "apps",
  "autoscaling",
  "bitnami.com",
  "external-secrets.io",
  "networking.k8s.io",
  "policy",
];

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

/** What stands above each object that the deploy lane writes: an order to whoever watches the cluster. */
export function annotations(delivery: Delivery): Limit {
  const delivering = kindsOf(delivery).map(resourceOfKind);
  const sorted = (names: readonly string[]) => [...new Set(names)].sort();
  return {
    apiGroups: sorted([...GROUPS, ...delivering.map(({ group }) => group)]),
    apiVersion: "*",
    // Claims come last, as in the policies that there are.
    resources: [
      ...sorted([...RESOURCES, ...delivering.map(({ resource }) => resource)]),
      ...(hasClaims(delivery) ? ["persistentvolumeclaims"] : []),
    ],
    validations: VALIDATIONS,
  };
}

const VALIDATIONS = [
  annotationsAt("metadata"),
  labelsAt("metadata"),
  {
    expression: `!(object.metadata.name in ${literal(OF_THE_CLUSTER)})`,
    message: refusal("metadata.name", "what the cluster does not write itself"),
  },
];
