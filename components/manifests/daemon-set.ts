import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { Service } from "../service-definition.ts";
import { metadataOf, SKIP_AWAIT } from "./labels.ts";
import type { CredentialDigests } from "./pod-template.ts";
import { sourceAnnotations, type SourceReference } from "./source.ts";
import { workloadSpec } from "./workload-spec.ts";

/**
 * The DaemonSet of a service; undefined if something else delivers it.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/
 */
export function daemonSetManifest(
  service: Service,
  image: pulumi.Input<string>,
  source?: SourceReference,
  credentials: CredentialDigests = {},
): k8s.types.input.apps.v1.DaemonSet | undefined {
  if (service.everyNode === undefined) {
    return undefined;
  }
  const { maxUnavailable, maxSurge } = service.everyNode;
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: metadataOf(service, { ...SKIP_AWAIT, ...sourceAnnotations(source) }),
    spec: {
      ...workloadSpec(service, image, credentials),
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable, maxSurge } },
    },
  };
}
