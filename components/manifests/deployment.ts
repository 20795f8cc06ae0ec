import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { CREDENTIAL } from "../../contract/marks.ts";
import { settleSecondsOf } from "../../contract/verdict.ts";
import { containerManifest } from "./container.ts";
import type { Service } from "../service-definition.ts";
import { metadataOf, podLabels, selectorLabels, SKIP_AWAIT } from "./labels.ts";
import { volumes } from "./volumes.ts";

/** The commit that a release came from. */
export interface SourceReference {
  readonly commit: string | undefined;
  /** Address of the repository, without credentials. */
  readonly repository: string | undefined;
}

/** By the name of each credential that the pods use, what changes with its values. */
export type CredentialDigests = Readonly<Record<string, pulumi.Input<string>>>;

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
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: "25%" } },
      ...(minReadySeconds > 0 && { minReadySeconds }),
      progressDeadlineSeconds: service.verdict.deadlineSeconds,
      revisionHistoryLimit: 10,
      template: {
        metadata: { labels: podLabels(service), ...credentialAnnotations(credentials) },
        spec: podSpec(service, image),
      },
    },
  };
}

function sourceAnnotations(source: SourceReference | undefined): Record<string, string> {
  return {
    ...(source?.commit !== undefined && { "org.opencontainers.image.revision": source.commit }),
    ...(source?.repository !== undefined && {
      "org.opencontainers.image.source": source.repository,
    }),
  };
}

/** Different values make a different pod template: the pods get them by restarting. */
function credentialAnnotations(digests: CredentialDigests) {
  const named = Object.entries(digests).map(
    ([name, digest]) => [CREDENTIAL + name, digest] as const,
  );
  return named.length > 0 && { annotations: Object.fromEntries(named) };
}

function podSpec(service: Service, image: pulumi.Input<string>): k8s.types.input.core.v1.PodSpec {
  return {
    serviceAccountName: service.name,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(service.pullSecret !== undefined && { imagePullSecrets: [{ name: service.pullSecret }] }),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: service.user,
      runAsGroup: service.user,
      seccompProfile: { type: "RuntimeDefault" },
    },
    terminationGracePeriodSeconds: service.drainSeconds + service.stopSeconds,
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "kubernetes.io/hostname",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: selectorLabels(service) },
        // Without it the pods of the outgoing release would push the new ones onto one node.
        matchLabelKeys: ["pod-template-hash"],
      },
    ],
    containers: [containerManifest(service, image)],
    volumes: volumes(service),
  };
}
