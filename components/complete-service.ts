import { completed } from "../contract/forms.ts";
import { VERDICT } from "../contract/verdict.ts";
import { type CredentialKeys, filesOf, variablesOf } from "./credentials/credential-use.ts";
import { PODS, type Service, type ServiceDefinition } from "./service-definition.ts";
import { completeAutoscale } from "./service/autoscale.ts";
import { completeContainers } from "./service/containers.ts";
import { completeExceptions } from "./service/exceptions.ts";
import { completeIdentity } from "./service/identity.ts";
import { completeKinds, completeReplicas, completeTime } from "./service/kinds.ts";
import { completeWatching, withMetricsPort } from "./service/metrics.ts";
import { migrationOf } from "./service/migrate.ts";
import { completePatches } from "./service/patches.ts";
import { completePlacement } from "./service/placement.ts";
import { completePorts } from "./service/ports.ts";
import { completeProbes, deadlineOf } from "./service/probes.ts";
import { processOf } from "./service/process.ts";
import { completeResources } from "./service/resources.ts";
import { completeReplacement } from "./service/replacement.ts";
import { completeVolumes } from "./service/volumes.ts";
import { completeWayIn } from "./service/way-in.ts";

/** Names a service and its release. */
export type ServiceIdentity = Pick<Service, "name" | "namespace" | "version" | "pullSecret">;

/** A service with a default for everything that its definition omits, and with the Secrets of its credentials. */
export function complete(
  identity: ServiceIdentity,
  definition: ServiceDefinition,
  credentials: CredentialKeys = {},
): Service {
  const ports = withMetricsPort(completePorts(definition), definition);
  const verdict = { ...completed(VERDICT, definition), deadlineSeconds: deadlineOf(definition) };
  return {
    ...identity,
    ...completed(PODS, definition),
    ...processOf(definition),
    ...completeExceptions(definition),
    ...completeIdentity(definition),
    ...completePatches(definition),
    ...completePlacement(definition),
    ...completeWatching(definition),
    ...migrationOf(definition),
    ...completeKinds(identity.name, definition),
    replicas: completeReplicas(definition, PODS.replicas.default),
    ...(ports.ports.length === 0 && { drainSeconds: definition.drainSeconds ?? 0 }),
    ...ports,
    ...completeWayIn(identity.name, definition, ports),
    autoscale: completeAutoscale(definition.autoscale),
    probes: completeProbes(definition),
    resources: completeResources(definition.resources ?? {}),
    ...variablesOf(definition, credentials),
    ...filesOf(definition),
    ...completeContainers(definition, (container) => variablesOf(container, credentials)),
    ...completeVolumes(definition),
    ...completeReplacement(definition),
    egress: definition.egress ?? [],
    verdict: completeTime(verdict, definition),
  };
}
