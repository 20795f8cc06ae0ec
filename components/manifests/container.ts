import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { Service } from "../service-definition.ts";
import { environmentVariables } from "./variables.ts";
import { volumeMounts } from "./volumes.ts";

/** Name of the container's port: Service, Ingress and probes refer to it. */
export const PORT_NAME = "http";

/** The one container of a service's pods, as the `restricted` Pod Security level wants it. */
export function containerManifest(
  service: Service,
  image: pulumi.Input<string>,
): k8s.types.input.core.v1.Container {
  return {
    name: service.name,
    image,
    ports: [{ name: PORT_NAME, containerPort: service.port, protocol: "TCP" }],
    env: environmentVariables(service.env),
    resources: service.resources,
    ...probes(service),
    ...(service.drainSeconds > 0 && {
      lifecycle: { preStop: { sleep: { seconds: service.drainSeconds } } },
    }),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: volumeMounts(service),
  };
}

function probes({ health, ready, verdict }: Service) {
  return {
    // Asked each second, so that a quick start is noticed at once; a start slower than the rollout's
    // deadline is the deadline's affair, so the probe does not kill the container before it.
    startupProbe: {
      ...probe(health),
      periodSeconds: 1,
      failureThreshold: verdict.deadlineSeconds,
      timeoutSeconds: 1,
    },
    readinessProbe: { ...probe(ready), periodSeconds: 2, failureThreshold: 3, timeoutSeconds: 2 },
    livenessProbe: { ...probe(health), periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 5 },
  };
}

function probe(path: string | undefined): k8s.types.input.core.v1.Probe {
  return path === undefined
    ? { tcpSocket: { port: PORT_NAME } }
    : { httpGet: { path, port: PORT_NAME } };
}
