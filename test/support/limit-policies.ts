import { policyManifests } from "../../components/lanes/policies.ts";
import { lanesOf } from "../../components/lanes/definition.ts";
import type { ServiceDefinition } from "../../components/service-definition.ts";

/** The policies of the lanes of a stack with these services. */
export function limitPolicies(services: Readonly<Record<string, ServiceDefinition>>) {
  const namespace = "store";
  const lanes = lanesOf({ apiServer: { cidr: "10.0.0.1/32" } }, namespace);
  const controller = { namespace: "kube-system", name: "sealed-secrets-controller" };
  const delivery = { namespace, services, credentials: {}, sealing: { controller } };
  return policyManifests("store", lanes, delivery);
}
