import { MADE_HERE } from "../../contract/marks.ts";
import type * as k8s from "@pulumi/kubernetes";

const LEVEL = "restricted";

/**
 * A namespace that admits only pods of the `restricted` Pod Security level.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export function namespaceManifest(name: string): k8s.types.input.core.v1.Namespace {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name,
      labels: {
        ...MADE_HERE,
        "pod-security.kubernetes.io/enforce": LEVEL,
        "pod-security.kubernetes.io/audit": LEVEL,
        "pod-security.kubernetes.io/warn": LEVEL,
      },
    },
  };
}
