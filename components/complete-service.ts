import { completed } from "../contract/forms.ts";
import { VERDICT } from "../contract/verdict.ts";
import { type CredentialKeys, secretsOf } from "./credentials/credential-use.ts";
import {
  PODS,
  type Resources,
  type Service,
  type ServiceDefinition,
} from "./service-definition.ts";
import { processOf } from "./service/process.ts";
import { largerQuantity, smallerQuantity } from "../contract/quantity.ts";

const REQUESTS = { cpu: "100m", memory: "128Mi" };
const LIMITS = { cpu: "500m", memory: "256Mi" };

/** Names a service and its release. */
export type ServiceIdentity = Pick<Service, "name" | "namespace" | "version" | "pullSecret">;

/** A service with a default for everything that its definition omits, and with the Secrets of its credentials. */
export function complete(
  identity: ServiceIdentity,
  definition: ServiceDefinition,
  credentials: CredentialKeys = {},
): Service {
  const { autoscale, ingress } = definition;
  return {
    ...identity,
    ...completed(PODS, definition),
    ...processOf(definition),
    port: definition.port,
    autoscale: autoscale && { cpu: 70, ...autoscale },
    health: definition.health,
    ready: definition.ready ?? definition.health,
    resources: completeResources(definition.resources ?? {}),
    ...secretsOf(definition, credentials),
    writable: definition.writable ?? ["/tmp"],
    ingress: ingress && { path: "/", awaitAddress: true, ...ingress },
    egress: definition.egress ?? [],
    verdict: completed(VERDICT, definition),
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
