import { resourceOfKind } from "../../../../contract/workload-kind.ts";
import {
  type Delivery,
  dividedNames,
  kindsOf,
  serviceObjects,
  servicesOf,
} from "../../delivery.ts";
import { fields, groupOf, type NamedObject } from "../../../rendered/object.ts";
import { hasAnyClaims, writtenObjects } from "../../rendered.ts";
import { literal } from "../policy.ts";
import { type Limit, refusal } from "./limit.ts";
import { annotationsAt, labelsAt, ordersIn, ownOf } from "./orders.ts";

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

const CLAIMS = "persistentvolumeclaims";

/** What stands above each object that the deploy lane writes: an order to whoever watches the cluster. */
export function annotations(delivery: Delivery): Limit {
  const delivering = kindsOf(delivery).map(resourceOfKind);
  const written = writtenObjects(delivery);
  const sorted = (names: readonly string[]) => [...new Set(names)].sort();
  const own = ownOf(delivery);
  const said = ordersOf([...serviceObjects(delivery), ...written.map(({ object }) => object)], own);
  const hasMetrics = servicesOf(delivery).some(({ metrics }) => metrics !== undefined);
  const hasRoutes = servicesOf(delivery).some(({ routes }) => routes.length > 0);
  const hasWeights = dividedNames(delivery).length > 0;
  // Claims come last, as in the policies that there are.
  const resources = [
    ...sorted([
      ...RESOURCES,
      ...delivering.map(({ resource }) => resource),
      ...(hasRoutes ? ["httproutes"] : []),
      ...(hasMetrics ? ["podmonitors", "prometheusrules"] : []),
      ...(hasWeights ? ["traefikservices"] : []),
      ...written.flatMap(({ resource }) => (resource === CLAIMS ? [] : [resource])),
    ]),
    ...(hasAnyClaims(delivery) ? [CLAIMS] : []),
  ];
  return {
    apiGroups: sorted([
      ...GROUPS,
      ...delivering.map(({ group }) => group),
      ...(hasRoutes ? ["gateway.networking.k8s.io"] : []),
      ...(hasMetrics ? ["monitoring.coreos.com"] : []),
      ...(hasWeights ? ["traefik.io"] : []),
      ...written.map(({ object }) => groupOf(object)),
    ]),
    apiVersion: "*",
    resources,
    validations: [
      annotationsAt(
        "metadata",
        resources.includes("daemonsets") ? [...own, OF_DAEMON_SETS] : own,
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

/** What is said of each of these objects. */
function ordersOf(objects: readonly NamedObject[], own: readonly string[]) {
  return objects.map(({ kind, metadata }) => {
    const { name, labels, annotations } = metadata;
    const said = { labels: fields(labels), annotations: fields(annotations) };
    return ordersIn(kind, name, said, own);
  });
}
