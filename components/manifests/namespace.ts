import { MADE_HERE } from "../../contract/marks.ts";
import type * as k8s from "@pulumi/kubernetes";

/**
 * A namespace that admits only pods of a Pod Security level.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function namespaceManifest(name: string, level = "restricted") {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name,
      labels: {
        ...MADE_HERE,
        "pod-security.kubernetes.io/enforce": level,
        "pod-security.kubernetes.io/audit": level,
        "pod-security.kubernetes.io/warn": level,
      },
    },
  } satisfies k8s.types.input.core.v1.Namespace;
}
