import type * as k8s from "@pulumi/kubernetes";

import { PORT_NAME } from "./port.ts";
import type { Service } from "../service-definition.ts";
import { metadataOf, SKIP_AWAIT } from "./labels.ts";

/**
 * The way in from outside the cluster, undefined if the settings have none.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/ingress/
 */
export function ingressManifest(
  service: Service,
): k8s.types.input.networking.v1.Ingress | undefined {
  const { ingress, name } = service;
  if (ingress === undefined) {
    return undefined;
  }
  const backend = { service: { name, port: { name: PORT_NAME } } };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: metadataOf(service, SKIP_AWAIT),
    spec: {
      ...(ingress.class !== undefined && { ingressClassName: ingress.class }),
      ...(ingress.tls !== undefined && {
        tls: [{ hosts: [ingress.host], secretName: ingress.tls }],
      }),
      rules: [
        {
          host: ingress.host,
          http: { paths: [{ path: ingress.path, pathType: "Prefix", backend }] },
        },
      ],
    },
  };
}
