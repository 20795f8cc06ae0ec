import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { settleSecondsOf } from "../../contract/verdict.ts";
import type { Service } from "../service-definition.ts";
import { metadataOf, selectorLabels, SKIP_AWAIT } from "./labels.ts";
import { type CredentialDigests, podTemplate } from "./pod-template.ts";
import { sourceAnnotations, type SourceReference } from "./source.ts";

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
  const minReadySeconds = settleSecondsOf(service.verdict);
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: metadataOf(service, { ...SKIP_AWAIT, ...sourceAnnotations(source) }),
    spec: {
      selector: { matchLabels: selectorLabels(service) },
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable, maxSurge } },
      ...(minReadySeconds > 0 && { minReadySeconds }),
      revisionHistoryLimit: 10,
      template: podTemplate(service, image, credentials),
    },
  };
}
