import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { settleSecondsOf } from "../../contract/verdict.ts";
import type { Service } from "../service-definition.ts";
import { metadataOf, selectorLabels, SKIP_AWAIT } from "./labels.ts";
import { type CredentialDigests, podTemplate } from "./pod-template.ts";
import { deploymentStrategy } from "./replacement.ts";
import { sourceAnnotations, type SourceReference } from "./source.ts";

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
  const minReadySeconds = settleSecondsOf(service.verdict);
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: metadataOf(service, { ...SKIP_AWAIT, ...sourceAnnotations(source) }),
    spec: {
      // The autoscaler owns the number where there is one: a second owner would fight it on every up.
      ...(service.autoscale === undefined && { replicas: service.replicas }),
      selector: { matchLabels: selectorLabels(service) },
      strategy: deploymentStrategy(service),
      ...(minReadySeconds > 0 && { minReadySeconds }),
      progressDeadlineSeconds: service.verdict.deadlineSeconds,
      revisionHistoryLimit: 10,
      template: podTemplate(service, image, credentials),
    },
  };
}
