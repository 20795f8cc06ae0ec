import type * as k8s from "@pulumi/kubernetes";

import type { Service } from "../service-definition.ts";
import type { CompletedIngress } from "../service/ingress.ts";
import { markedMetadataOf, SKIP_AWAIT } from "./labels.ts";

/**
 * The ways in from outside the cluster, as many as the settings have.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/ingress/
 */
export function ingressManifests(service: Service) {
  return service.ingresses.map((ingress) => ingressManifest(service, ingress));
}

function ingressManifest(service: Service, ingress: CompletedIngress) {
  const { name, hosts, tls } = ingress;
  const paths = ingress.paths.map(({ path, pathType, ...backend }) => ({
    path,
    pathType,
    backend: { service: { name: backend.service, port: portOf(backend.port) } },
  }));
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { ...markedMetadataOf(service, ingress, SKIP_AWAIT), name },
    spec: {
      ...(ingress.class !== undefined && { ingressClassName: ingress.class }),
      ...(tls.length > 0 && { tls: tls.map((each) => ({ ...each, hosts: [...each.hosts] })) }),
      rules: hosts.map((host) => ({ host, http: { paths } })),
    },
  } satisfies k8s.types.input.networking.v1.Ingress;
}

function portOf(port: string | number) {
  return typeof port === "number" ? { number: port } : { name: port };
}
