import type * as k8s from "@pulumi/kubernetes";

import type { Service } from "../service-definition.ts";
import { type CompletedProbes, PROBE_NAMES, type ProbeName } from "../service/probes.ts";

type Probe = k8s.types.input.core.v1.Probe;

/**
 * How the node asks whether a container has started, can serve, and is alive.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/
 */
export function probes(service: Service): ProbeManifests {
  return probeManifests(service.probes);
}

type ProbeManifests = Partial<Record<`${ProbeName}Probe`, Probe>>;

/** The probes of a container. */
export function probeManifests(probes: CompletedProbes): ProbeManifests {
  const named = PROBE_NAMES.flatMap((name) => {
    const probe = probes[name];
    // The settings have them in Kubernetes' own words.
    return probe === undefined ? [] : [[`${name}Probe`, probe as Probe] as const];
  });
  return Object.fromEntries(named);
}
