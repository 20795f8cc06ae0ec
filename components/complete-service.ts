import { completed } from "../contract/forms.ts";
import { VERDICT } from "../contract/verdict.ts";
import { type CredentialKeys, secretsOf } from "./credentials/credential-use.ts";
import {
  PODS,
  type Resources,
  type Service,
  type ServiceDefinition,
} from "./service-definition.ts";
import { completeAutoscale } from "./service/autoscale.ts";
import { completePorts } from "./service/ports.ts";
import { completeProbes, deadlineOf } from "./service/probes.ts";
import { completeWayIn } from "./service/way-in.ts";
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
  const ports = completePorts(definition);
  return {
    ...identity,
    ...completed(PODS, definition),
    ...(ports.ports.length === 0 && { drainSeconds: definition.drainSeconds ?? 0 }),
    ...ports,
    ...completeWayIn(identity.name, definition, ports),
    autoscale: completeAutoscale(definition.autoscale),
    probes: completeProbes(definition),
    resources: completeResources(definition.resources ?? {}),
    ...secretsOf(definition, credentials),
    writable: definition.writable ?? ["/tmp"],
    egress: definition.egress ?? [],
    verdict: { ...completed(VERDICT, definition), deadlineSeconds: deadlineOf(definition) },
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
