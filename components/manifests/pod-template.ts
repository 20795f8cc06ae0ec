import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { CREDENTIAL } from "../../contract/marks.ts";
import type { Service } from "../service-definition.ts";
import { initContainerManifests } from "./companions.ts";
import { containerManifest } from "./container.ts";
import { groupOfVolumes } from "./group.ts";
import { podLabels, selectorLabels } from "./labels.ts";
import { volumes } from "./volumes.ts";

/** By the name of each credential that the pods use, what changes with its values. */
export type CredentialDigests = Readonly<Record<string, pulumi.Input<string>>>;

/** The template of a service's pods, whatever makes them. */
export function podTemplate(
  service: Service,
  image: pulumi.Input<string>,
  credentials: CredentialDigests,
): k8s.types.input.core.v1.PodTemplateSpec {
  return {
    metadata: { labels: podLabels(service), ...credentialAnnotations(credentials) },
    spec: podSpec(service, image),
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
  const initContainers = initContainerManifests(service, image);
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
      ...groupOfVolumes(service),
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
    ...(initContainers && { initContainers }),
    containers: [containerManifest(service, image)],
    volumes: volumes(service),
  };
}
