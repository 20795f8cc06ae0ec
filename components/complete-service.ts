import { type CredentialKeys, secretsOf } from "./credentials/credential-use";
import type { Resources, Service, ServiceDefinition } from "./service-definition";
import { largerQuantity, smallerQuantity } from "../contract/quantity";

const REQUESTS = { cpu: "100m", memory: "128Mi" };
const LIMITS = { cpu: "500m", memory: "256Mi" };

/** Where a service belongs and what it is called. */
export type Place = Pick<Service, "name" | "namespace" | "version" | "pullSecret">;

/**
 * Gives a service its place, its default to everything that the definition leaves out, and the Secrets that its
 * credentials are.
 */
export function complete(
  place: Place,
  definition: ServiceDefinition,
  credentials: CredentialKeys = {},
): Service {
  const { autoscale, ingress } = definition;
  return {
    ...place,
    port: definition.port,
    replicas: definition.replicas ?? 2,
    autoscale: autoscale && { cpu: 70, ...autoscale },
    health: definition.health,
    ready: definition.ready ?? definition.health,
    resources: completeResources(definition.resources ?? {}),
    ...secretsOf(definition, credentials),
    writable: definition.writable ?? ["/tmp"],
    user: definition.user ?? 65532,
    ingress: ingress && { path: "/", awaitAddress: true, ...ingress },
    egress: definition.egress ?? [],
    deadlineSeconds: definition.deadlineSeconds ?? 120,
    timeoutSeconds: definition.timeoutSeconds,
    warmupSeconds: definition.warmupSeconds ?? 60,
    tolerate: definition.tolerate ?? {},
    logs: definition.logs ?? true,
    drainSeconds: definition.drainSeconds ?? 5,
    stopSeconds: definition.stopSeconds ?? 25,
    rollback: definition.rollback ?? true,
  };
}

function completeResources({ requests = {}, limits = {} }: Resources): Service["resources"] {
  return {
    requests: {
      cpu: requests.cpu ?? smallerQuantity(REQUESTS.cpu, limits.cpu ?? LIMITS.cpu),
      memory: requests.memory ?? smallerQuantity(REQUESTS.memory, limits.memory ?? LIMITS.memory),
    },
    limits: {
      cpu: limits.cpu ?? largerQuantity(LIMITS.cpu, requests.cpu ?? REQUESTS.cpu),
      memory: limits.memory ?? largerQuantity(LIMITS.memory, requests.memory ?? REQUESTS.memory),
    },
  };
}
