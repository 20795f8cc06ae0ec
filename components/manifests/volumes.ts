import type * as k8s from "@pulumi/kubernetes";

import { configMapName, fileKey } from "./config-map.ts";
import type { SecretKey, Service } from "../service-definition.ts";
import { sha256 } from "./hash.ts";

/** The volumes of a service's pods: its files, the Secrets they come from, its writable folders. */
export function volumes(service: Service): k8s.types.input.core.v1.Volume[] {
  const configMap = configMapName(service);
  return [
    ...(configMap === undefined ? [] : [{ name: "files", configMap: { name: configMap } }]),
    ...secretNames(service).map((secretName) => ({
      name: secretVolume(secretName),
      secret: { secretName },
    })),
    ...service.writable.map((path) => ({ name: writableVolume(path), emptyDir: {} })),
  ];
}

/** Where the volumes of {@link volumes} appear in the container. */
export function volumeMounts(service: Service): k8s.types.input.core.v1.VolumeMount[] {
  return [
    ...Object.entries(service.files).map(([path, file]) => fileMount(path, file)),
    ...service.writable.map((path) => ({ name: writableVolume(path), mountPath: path })),
  ];
}

function fileMount(path: string, file: string | SecretKey): k8s.types.input.core.v1.VolumeMount {
  const [name, subPath] =
    typeof file === "string" ? ["files", fileKey(path)] : [secretVolume(file.secret), file.key];
  return { name, mountPath: path, subPath, readOnly: true };
}

function secretNames({ files }: Service): string[] {
  const names = Object.values(files).flatMap((file) =>
    typeof file === "string" ? [] : [file.secret],
  );
  return [...new Set(names)].sort();
}

// Secret names and paths may be longer, and hold more kinds of characters, than a volume's name.
const secretVolume = (secretName: string): string => `secret-${sha256(secretName).slice(0, 10)}`;
const writableVolume = (path: string): string => `writable-${sha256(path).slice(0, 10)}`;
