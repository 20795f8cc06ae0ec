import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { CompletedInitContainer, CompletedSidecar, Mount } from "../service/containers.ts";
import type { Service } from "../service-definition.ts";
import { containerSecurity } from "./security.ts";
import { environmentSources, environmentVariables } from "./variables.ts";
import { volumeMounts } from "./volumes.ts";

/** An instant start is noticed at once, and a slow one is not killed: see the probes of the service's own container. */
const STARTUP = { periodSeconds: 1, timeoutSeconds: 1 };
const READINESS = { periodSeconds: 2, failureThreshold: 3, timeoutSeconds: 2 };
const LIVENESS = { periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 5 };

/**
 * The containers that start before a service's own, in their order, undefined if there are none. Those that go on running are
 * sidecars.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
export function initContainerManifests(
  service: Service,
  image: pulumi.Input<string>,
): k8s.types.input.core.v1.Container[] | undefined {
  const { initContainers, sidecars } = service;
  const first = sidecars.filter(({ startsFirst }) => startsFirst === true);
  const later = sidecars.filter(({ startsFirst }) => startsFirst !== true);
  const containers = [
    ...first.map((sidecar) => sidecarManifest(service, image, sidecar)),
    ...initContainers.map((container) => companion(service, image, container)),
    ...later.map((sidecar) => sidecarManifest(service, image, sidecar)),
  ];
  return containers.length > 0 ? containers : undefined;
}

function sidecarManifest(
  service: Service,
  image: pulumi.Input<string>,
  sidecar: CompletedSidecar,
): k8s.types.input.core.v1.Container {
  const { port } = sidecar;
  return {
    ...companion(service, image, sidecar),
    restartPolicy: "Always",
    ...(port !== undefined && {
      ports: [{ containerPort: port, protocol: "TCP" }],
      ...probes(sidecar, port, service.verdict.deadlineSeconds),
    }),
  };
}

/** Hardened as the service's own container is. */
function companion(
  service: Service,
  image: pulumi.Input<string>,
  container: CompletedInitContainer,
): k8s.types.input.core.v1.Container {
  const { name, command, args, workingDir, serviceEnv, user } = container;
  const env = serviceEnv ? { ...service.env, ...container.env } : container.env;
  const envFrom = serviceEnv ? [...service.envFrom, ...container.envFrom] : container.envFrom;
  return {
    name,
    image: container.image ?? image,
    ...(command && { command: [...command] }),
    ...(args && { args: [...args] }),
    ...(workingDir !== undefined && { workingDir }),
    env: environmentVariables(env),
    ...(envFrom.length > 0 && { envFrom: environmentSources(envFrom) }),
    resources: container.resources,
    securityContext: {
      ...(user !== undefined && { runAsUser: user, runAsGroup: user }),
      ...containerSecurity(service),
    },
    volumeMounts: mountsOf(service, container.mounts),
  };
}

function mountsOf(
  service: Service,
  mounts: readonly Mount[] | undefined,
): k8s.types.input.core.v1.VolumeMount[] {
  const all = volumeMounts(service);
  if (mounts === undefined) {
    return all;
  }
  return mounts.map(({ path, at = path, readOnly }) => {
    const mount = all.find(({ mountPath }) => mountPath === path);
    if (mount === undefined) {
      throw new Error(`${service.name} has nothing at ${path}; add it to its volumes or files`);
    }
    return {
      ...mount,
      mountPath: at,
      ...(readOnly === true && { readOnly }),
    };
  });
}

function probes({ health, ready = health }: CompletedSidecar, port: number, deadline: number) {
  const probe = (path: string | undefined): k8s.types.input.core.v1.Probe =>
    path === undefined ? { tcpSocket: { port } } : { httpGet: { path, port } };
  return {
    startupProbe: { ...probe(health), ...STARTUP, failureThreshold: deadline },
    readinessProbe: { ...probe(ready), ...READINESS },
    livenessProbe: { ...probe(health), ...LIVENESS },
  };
}
