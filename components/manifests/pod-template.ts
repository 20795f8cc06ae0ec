import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import { CREDENTIAL } from "../../contract/marks.ts";
import type { Service } from "../service-definition.ts";
import { initContainerManifests } from "./companions.ts";
import { containerManifest } from "./container.ts";
import { groupOfVolumes } from "./group.ts";
import { podLabels } from "./labels.ts";
import { patched } from "./patch.ts";
import { placement, spread } from "./placement.ts";
import { hostSharing, podSecurity } from "./security.ts";
import { mountsToken, tokenVolumes } from "./token.ts";
import { volumes } from "./volumes.ts";

/** By the name of each credential that the pods use, what changes with its values. */
export type CredentialDigests = Readonly<Record<string, pulumi.Input<string>>>;

/**
 * The template of a service's pods, whatever makes them.
 *
 * @param finish what the kind makes of the pods' spec before patches are merged into it
 */
export function podTemplate(
  service: Service,
  image: pulumi.Input<string>,
  credentials: CredentialDigests,
  finish: (spec: k8s.types.input.core.v1.PodSpec) => k8s.types.input.core.v1.PodSpec = (spec) =>
    spec,
): k8s.types.input.core.v1.PodTemplateSpec {
  return {
    metadata: {
      labels: { ...service.labels, ...podLabels(service) },
      ...annotations(service, credentials),
    },
    spec: patched(finish(podSpec(service, image)), service.pod),
  };
}

/** Different values make a different pod template: the pods get them by restarting. */
function annotations(service: Service, digests: CredentialDigests) {
  const named = Object.entries(digests).map(
    ([name, digest]) => [CREDENTIAL + name, digest] as const,
  );
  const all = { ...service.annotations, ...Object.fromEntries(named) };
  return Object.keys(all).length > 0 && { annotations: all };
}

function podSpec(service: Service, image: pulumi.Input<string>): k8s.types.input.core.v1.PodSpec {
  const initContainers = initContainerManifests(service, image);
  const secrets = pullSecrets(service);
  return {
    serviceAccountName: service.name,
    automountServiceAccountToken: mountsToken(service),
    enableServiceLinks: false,
    ...(secrets.length > 0 && { imagePullSecrets: secrets.map((name) => ({ name })) }),
    securityContext: { ...groupOfVolumes(service), ...podSecurity(service) },
    terminationGracePeriodSeconds: service.drainSeconds + service.stopSeconds,
    ...(spreads(service) && { topologySpreadConstraints: spread(service) }),
    ...placement(service),
    ...hostSharing(service),
    ...(initContainers && { initContainers }),
    containers: [containerManifest(service, image)],
    volumes: [...volumes(service), ...tokenVolumes(service)],
  };
}

/** Whether a service has pods at the same time that may be on one node. */
function spreads({ everyNode, schedule, topologySpreadConstraints }: Service): boolean {
  return (
    (everyNode === undefined && schedule === undefined) || topologySpreadConstraints !== undefined
  );
}

/** Names of the Secrets that pull the pods' images. */
export function pullSecrets({
  pullSecret,
  pullSecrets: others = [],
}: Pick<Service, "pullSecret" | "pullSecrets">): string[] {
  return [...new Set([...(pullSecret === undefined ? [] : [pullSecret]), ...others])];
}
