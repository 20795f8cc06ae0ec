import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { Service } from "../service-definition.ts";
import { metadataOf, selectorLabels, SKIP_AWAIT } from "./labels.ts";
import type { CredentialDigests } from "./pod-template.ts";
import { serviceManifest } from "./service.ts";
import { volumeClaimTemplates } from "./volume-claims.ts";
import { sourceAnnotations, type SourceReference } from "./source.ts";
import { replicasOf, workloadSpec } from "./workload-spec.ts";

/**
 * The StatefulSet of a service; undefined if something else delivers it.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/
 */
export function statefulSetManifest(
  service: Service,
  image: pulumi.Input<string>,
  source?: SourceReference,
  credentials: CredentialDigests = {},
): k8s.types.input.apps.v1.StatefulSet | undefined {
  const { stateful } = service;
  if (stateful === undefined) {
    return undefined;
  }
  const { podManagementPolicy, partition, serviceName } = stateful;
  const { persistentVolumeClaimRetentionPolicy: retention } = stateful;
  const claims = volumeClaimTemplates(service);
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: metadataOf(service, { ...SKIP_AWAIT, ...sourceAnnotations(source) }),
    spec: {
      ...replicasOf(service),
      ...workloadSpec(service, image, credentials),
      serviceName,
      podManagementPolicy,
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition } },
      ...(retention && { persistentVolumeClaimRetentionPolicy: retention }),
      ...(claims.length > 0 && { volumeClaimTemplates: claims }),
    },
  };
}

/**
 * The headless Service that gives each pod of a StatefulSet its own address, also before it is ready: pods look for one
 * another while they start.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#headless-services
 */
export function headlessServiceManifest(service: Service) {
  if (service.stateful === undefined) {
    return undefined;
  }
  const { ports } = (serviceManifest(service)?.spec ?? {}) as k8s.types.input.core.v1.ServiceSpec;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { ...metadataOf(service, SKIP_AWAIT), name: service.stateful.serviceName },
    spec: {
      type: "ClusterIP",
      clusterIP: "None",
      publishNotReadyAddresses: true,
      selector: selectorLabels(service),
      ...(ports && { ports }),
    },
  } satisfies k8s.types.input.core.v1.Service;
}
