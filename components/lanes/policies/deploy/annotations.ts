import { resourceOfKind } from "../../../../contract/workload-kind.ts";
import { type Delivery, hasClaims, kindsOf, serviceObjects, servicesOf } from "../../delivery.ts";
import { fields } from "../../../rendered/object.ts";
import { literal } from "../policy.ts";
import { type Limit, refusal } from "./limit.ts";
import { annotationsAt, labelsAt, ordersIn, OWN } from "./orders.ts";

/** The API server itself puts it on each DaemonSet, before it asks the policies. */
const OF_DAEMON_SETS = "deprecated.daemonset.template.generation";

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
  const kinds = kindsOf(delivery);
  const delivering = kinds.map(resourceOfKind);
  const sorted = (names: readonly string[]) => [...new Set(names)].sort();
  const said = ordersOf(delivery);
  const hasMetrics = servicesOf(delivery).some(({ metrics }) => metrics !== undefined);
  const hasRoutes = servicesOf(delivery).some(({ routes }) => routes.length > 0);
  return {
    apiGroups: sorted([
      ...GROUPS,
      ...delivering.map(({ group }) => group),
      ...(hasRoutes ? ["gateway.networking.k8s.io"] : []),
      ...(hasMetrics ? ["monitoring.coreos.com"] : []),
    ]),
    apiVersion: "*",
    // Claims come last, as in the policies that there are.
    resources: [
      ...sorted([
        ...RESOURCES,
        ...delivering.map(({ resource }) => resource),
        ...(hasRoutes ? ["httproutes"] : []),
        ...(hasMetrics ? ["podmonitors", "prometheusrules"] : []),
      ]),
      ...(hasClaims(delivery) ? ["persistentvolumeclaims"] : []),
    ],
    validations: [
      annotationsAt(
        "metadata",
        kinds.includes("DaemonSet") ? [...OWN, OF_DAEMON_SETS] : OWN,
        said.flatMap((orders) => orders.annotations),
      ),
      labelsAt(
        "metadata",
        said.flatMap((orders) => orders.labels),
      ),
      {
        expression: `!(object.metadata.name in ${literal(OF_THE_CLUSTER)})`,
        message: refusal("metadata.name", "what the cluster does not write itself"),
      },
    ],
  };
}

/** What the settings say of each object that they make. */
function ordersOf(delivery: Delivery) {
  return serviceObjects(delivery).map(({ kind, metadata }) => {
    const { name, labels, annotations } = metadata;
    return ordersIn(kind, name, { labels: fields(labels), annotations: fields(annotations) });
  });
}
