import type * as k8s from "@pulumi/kubernetes";

import type { Service } from "../service-definition.ts";
import { manifestHash, sha256 } from "./hash.ts";
import { metadataOf } from "./labels.ts";

/**
 * The files of a service, undefined if it has none with its own content. Its name holds the
 * hash of its content: different content is a different ConfigMap, which rolls the pods, and the pods of
 * the outgoing release keep theirs.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-immutable
 */
export function configMapManifest(service: Service) {
  const name = configMapName(service);
  if (name === undefined) {
    return undefined;
  }
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { ...metadataOf(service), name },
    immutable: true,
    data: data(service),
  } satisfies k8s.types.input.core.v1.ConfigMap;
}

/** Name of the ConfigMap, undefined if there is none. */
export function configMapName(service: Service): string | undefined {
  const content = data(service);
  if (Object.keys(content).length === 0) {
    return undefined;
  }
  return `${service.name}-files-${manifestHash(content).slice("sha256:".length, "sha256:".length + 10)}`;
}

/** Key of a file in the ConfigMap: readable, and never the same for two paths. */
export function fileKey(path: string): string {
  const readable = path.slice(path.lastIndexOf("/") + 1).replace(/[^-._a-zA-Z0-9]/g, "_");
  return `${sha256(path).slice(0, 8)}-${readable.slice(0, 200)}`;
}

function data({ files }: Service): Record<string, string> {
  const own = Object.entries(files).flatMap(([path, file]) =>
    typeof file === "string" ? [[fileKey(path), file] as const] : [],
  );
  return Object.fromEntries(own);
}
