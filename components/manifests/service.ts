import type * as k8s from "@pulumi/kubernetes";

import { PORT_NAME } from "./port.ts";
import type { Service } from "../service-definition.ts";
import { metadataOf, selectorLabels, SKIP_AWAIT } from "./labels.ts";

/**
 * The address of a service inside the cluster: port 80 of its name.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/
 */
export function serviceManifest(service: Service): k8s.types.input.core.v1.Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadataOf(service, SKIP_AWAIT),
    spec: {
      type: "ClusterIP",
      selector: selectorLabels(service),
      ports: [{ name: PORT_NAME, port: 80, targetPort: PORT_NAME, protocol: "TCP" }],
    },
  };
}
