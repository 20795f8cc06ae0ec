import type * as k8s from "@pulumi/kubernetes";

import type { Service } from "../service-definition.ts";
import { weightedNames } from "../service/steps.ts";
import { lasting, metadataOf, SKIP_AWAIT } from "./labels.ts";
import { serviceManifest } from "./service.ts";

/** What Traefik's own kinds are made of. */
export const TRAEFIK_API = "traefik.io/v1alpha1";

/** The fields of a TraefikService that Argo Rollouts writes. */
export const WEIGHTS: readonly string[] = [0, 1].map(
  (index) => `spec.weighted.services[${index}].weight`,
);

/**
 * What divides the traffic of a service's routes between its old and its new pods: a Service for each, whose selectors Argo Rollouts
 * narrows to one revision, and the weights, which it writes. Undefined if the number of pods divides it.
 *
 * @see https://argo-rollouts.readthedocs.io/en/stable/features/traffic-management/traefik/
 */
export function weightedManifests(service: Service) {
  if (service.weights === undefined) {
    return undefined;
  }
  const { stable, canary } = weightedNames(service.name);
  return {
    stableService: narrowed(service, stable),
    canaryService: narrowed(service, canary),
    traefikService: traefikServiceManifest(service),
  };
}

/** It leads to all pods until Argo Rollouts narrows it. */
function narrowed(service: Service, name: string) {
  const { ports, selector } = (serviceManifest(service)?.spec ??
    {}) as k8s.types.input.core.v1.ServiceSpec;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...lasting(metadataOf(service, SKIP_AWAIT)), name },
    spec: { type: "ClusterIP", ...(selector && { selector }), ...(ports && { ports }) },
  } satisfies k8s.types.input.core.v1.Service;
}

function traefikServiceManifest(service: Service) {
  const { stable, canary } = weightedNames(service.name);
  const [route] = service.routes;
  const port = route?.backend.port;
  return {
    apiVersion: TRAEFIK_API,
    kind: "TraefikService",
    metadata: lasting(metadataOf(service, SKIP_AWAIT)),
    spec: {
      weighted: {
        services: [
          { name: stable, port, weight: 100 },
          { name: canary, port, weight: 0 },
        ],
      },
    },
  };
}
