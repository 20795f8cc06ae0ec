import type * as k8s from "@pulumi/kubernetes";

import type { Service } from "../service-definition.ts";
import { metadataOf } from "./labels.ts";

/**
 * The account of a service's pods. They get no token of it unless the pods themselves say so: a service does not talk to the API server.
 *
 * @see https://kubernetes.io/docs/concepts/security/service-accounts/
 */
export function serviceAccountManifest(service: Service): k8s.types.input.core.v1.ServiceAccount {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: metadataOf(service, service.serviceAccount?.annotations),
    automountServiceAccountToken: false,
  };
}
