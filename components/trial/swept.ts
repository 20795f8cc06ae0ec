import type { Right, Verb } from "../../rights.ts";
import { type Acts, rightsTo } from "../lanes/acts.ts";

/**
 * The kinds that a lane may ever have written into a namespace of a pool, whatever the services are today: it ends trials of yesterday, too.
 * What controllers make of them goes with them.
 */
const SWEPT: readonly Omit<Acts, "verbs">[] = [
  { group: "", resources: ["configmaps", "services", "serviceaccounts", "persistentvolumeclaims"] },
  { group: "apps", resources: ["deployments", "statefulsets", "daemonsets"] },
  { group: "batch", resources: ["jobs", "cronjobs"] },
  { group: "autoscaling", resources: ["horizontalpodautoscalers"] },
  { group: "policy", resources: ["poddisruptionbudgets"] },
  { group: "networking.k8s.io", resources: ["ingresses", "networkpolicies"] },
  { group: "bitnami.com", resources: ["sealedsecrets"] },
  { group: "external-secrets.io", resources: ["externalsecrets"] },
];

const SWEEP: readonly Verb[] = ["list", "delete"];

/** What is looked at until it is gone, because its controllers take it away. */
const LOOKED_AT: readonly Acts[] = [
  { group: "", resources: ["pods"], verbs: ["list"] },
  { group: "apps", resources: ["replicasets"], verbs: ["list"] },
];

const LEASES: Acts = {
  group: "coordination.k8s.io",
  resources: ["leases"],
  verbs: ["get", "list", "create", "patch", "delete"],
};

/** What ending a trial needs in a namespace of the pool, beside what delivering it needs. */
export function rightsToSweep(namespace: string): Right[] {
  const acts = [...SWEPT.map((each) => ({ ...each, verbs: SWEEP })), ...LOOKED_AT, LEASES];
  return [...within(namespace, acts), ...toLook(namespace)];
}

/** What keeps the book of a pool: which pull request has which of its namespaces. */
export function rightsToBook(home: string): Right[] {
  return [...within(home, [LEASES]), ...toLook(home)];
}

/** Whether it exists, and is not being deleted. */
function toLook(namespace: string): Right[] {
  return [{ verb: "get", group: "", resource: "namespaces", name: namespace, namespace }];
}

function within(namespace: string, acts: readonly Acts[]): Right[] {
  return acts.flatMap(rightsTo).map((right) => ({ ...right, namespace }));
}
