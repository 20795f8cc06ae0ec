import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { Service } from "../service-definition.ts";
import { metadataOf, SKIP_AWAIT } from "./labels.ts";
import type { CredentialDigests } from "./pod-template.ts";
import { deploymentStrategy } from "./replacement.ts";
import { sourceAnnotations, type SourceReference } from "./source.ts";
import { replicasOf, workloadSpec } from "./workload-spec.ts";

/**
 * The Deployment of a service. The source stands beside the pod template, never in it: a commit
 * that changes neither image nor settings restarts nothing.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
 */
export function deploymentManifest(
  service: Service,
  image: pulumi.Input<string>,
  source?: SourceReference,
  credentials: CredentialDigests = {},
): k8s.types.input.apps.v1.Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadataOf(service, { ...SKIP_AWAIT, ...sourceAnnotations(source) }),
    spec: {
      ...replicasOf(service),
      ...workloadSpec(service, image, credentials),
      strategy: deploymentStrategy(service),
      progressDeadlineSeconds: service.verdict.deadlineSeconds,
    },
  };
}
