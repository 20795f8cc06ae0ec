import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { CompletedInitContainer, CompletedSidecar, Mount } from "../service/containers.ts";
import { PORT_NAME } from "../service/port-name.ts";
import { completeProbes, type ProbeDefinition } from "../service/probes.ts";
import type { Service } from "../service-definition.ts";
import { probeManifests } from "./probes.ts";
import { containerSecurity } from "./security.ts";
import { processManifest } from "./process.ts";
import { environmentSources, environmentVariables } from "./variables.ts";
import { volumeMounts } from "./volumes.ts";

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
    // Without a name: a Service would take the first container's port of that name.
    ...(port !== undefined && { ports: [{ containerPort: port, protocol: "TCP" }] }),
    ...probesOf(service, sidecar),
  };
}

/** Hardened as the service's own container is. */
function companion(
  service: Service,
  image: pulumi.Input<string>,
  container: CompletedInitContainer,
): k8s.types.input.core.v1.Container {
  const { name, serviceEnv, user } = container;
  const env = serviceEnv ? { ...service.env, ...container.env } : container.env;
  const envFrom = serviceEnv ? [...service.envFrom, ...container.envFrom] : container.envFrom;
  return {
    name,
    image: container.image ?? image,
    ...processManifest(container),
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
    const { readOnly: own, ...place } = mount;
    const isReadOnly = readOnly ?? own ?? false;
    return { ...place, mountPath: at, ...(isReadOnly !== false && { readOnly: isReadOnly }) };
  });
}

function probesOf({ verdict }: Service, sidecar: CompletedSidecar) {
  const probes = completeProbes({ ...sidecar, deadlineSeconds: verdict.deadlineSeconds });
  const { startup, readiness, liveness } = probes;
  const own = (probe: ProbeDefinition | undefined) => probe && numbered(probe, sidecar.port);
  return probeManifests({
    startup: own(startup),
    readiness: own(readiness),
    liveness: own(liveness),
  });
}

/** The sidecar's port by its number, because it has no name. */
function numbered(probe: ProbeDefinition, port: number | undefined): ProbeDefinition {
  const { httpGet, tcpSocket } = probe;
  const place = <Asked extends { readonly port?: number | string }>(asked: Asked): Asked =>
    asked.port === PORT_NAME && port !== undefined ? { ...asked, port } : asked;
  return {
    ...probe,
    ...(httpGet && { httpGet: place(httpGet) }),
    ...(tcpSocket && { tcpSocket: place(tcpSocket) }),
  };
}
