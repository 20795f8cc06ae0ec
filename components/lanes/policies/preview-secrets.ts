import type { Lane } from "../definition.ts";
import { PODS, podSecrets, volumesOf } from "./pod-spec.ts";
import { policyManifest } from "./policy.ts";

/** What is no Secret, and no driver that could fetch one. */
const VOLUMES = [
  "configMap",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
];

/**
 * Pods of the preview lane run what nobody has reviewed, so they get no Secret. One that pulls their image is for the kubelet, which
 * shows it to no container.
 */
export function previewSecretsPolicy(name: string, { namespace }: Lane) {
  const why = "because they run what nobody has reviewed";
  return policyManifest(name, {
    resourceRules: PODS,
    namespaces: [namespace],
    validations: [
      ...podSecrets(
        () => "false",
        (field) => `${field}: pods of the preview lane of Jenkins may have no Secret, ${why}`,
      ),
      {
        expression: volumesOf("object.spec.?volumes.orValue([])", VOLUMES),
        message: `spec.volumes[]: pods of the preview lane of Jenkins may mount only ${VOLUMES.join(", ")}, ${why}`,
      },
    ],
  });
}
