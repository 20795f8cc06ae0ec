import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { Service } from "../service-definition.ts";
import { processManifest } from "./process.ts";
import { probes } from "./probes.ts";
import { containerSecurity } from "./security.ts";
import { tokenMounts } from "./token.ts";
import { environmentSources, environmentVariables } from "./variables.ts";
import { volumeMounts } from "./volumes.ts";

/** The one container of a service's pods, as the `restricted` Pod Security level wants it, unless `allow` says else. */
export function containerManifest(
  service: Service,
  image: pulumi.Input<string>,
): k8s.types.input.core.v1.Container {
  return {
    name: service.name,
    image,
    ...processManifest(service),
    ...(service.ports.length > 0 && {
      ports: service.ports.map(({ name, port, protocol }) => ({
        name,
        containerPort: port,
        protocol,
      })),
    }),
    env: environmentVariables(service.env),
    ...(service.envFrom.length > 0 && { envFrom: environmentSources(service.envFrom) }),
    resources: service.resources,
    ...probes(service),
    ...(service.drainSeconds > 0 && {
      lifecycle: { preStop: { sleep: { seconds: service.drainSeconds } } },
    }),
    securityContext: containerSecurity(service),
    volumeMounts: [...volumeMounts(service), ...tokenMounts(service)],
  };
}
