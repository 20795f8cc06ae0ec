import type * as k8s from "@pulumi/kubernetes";

import { configMapName, fileKey } from "./config-map.ts";
import type { Service } from "../service-definition.ts";
import type { FolderItem, ResolvedFolder } from "../service/files.ts";
import type { ClaimVolume, Volume } from "../service/volumes.ts";
import { sha256 } from "./hash.ts";
import { claimName, ephemeralClaims, perPodName } from "./volume-claims.ts";

/** The volumes of a service's pods: its files, the Secrets they come from, its writable folders. */
export function volumes(service: Service): k8s.types.input.core.v1.Volume[] {
  const configMap = configMapName(service);
  return [
    ...(configMap === undefined ? [] : [{ name: "files", configMap: { name: configMap } }]),
    ...namesOf(service, "secret").map((secretName) => ({
      name: secretVolume(secretName),
      secret: { secretName },
    })),
    ...namesOf(service, "configMap").map((name) => ({
      name: configMapVolume(name),
      configMap: { name },
    })),
    ...Object.entries(service.folders).map(([path, folder]) => folderVolume(path, folder)),
    ...service.writable.map((path) => ({ name: writableVolume(path), emptyDir: {} })),
    ...namedVolumes(service),
  ];
}

/** The volumes that the settings name, each once. */
function namedVolumes(service: Service): k8s.types.input.core.v1.Volume[] {
  const volumes = Object.entries(service.volumes).flatMap(([path, volume]) => {
    const source = volumeSource(service, path, volume);
    return source === undefined ? [] : [{ name: volumeName(service, path, volume), ...source }];
  });
  return [
    ...new Map(volumes.map((volume) => [volume.name, volume])).values(),
    ...(hasNamedPods(service) ? [] : ephemeralClaims(service)),
  ];
}

/** What a volume is, undefined for one of each pod. */
function volumeSource(
  service: Service,
  path: string,
  volume: Volume,
): Omit<k8s.types.input.core.v1.Volume, "name"> | undefined {
  if ("memory" in volume) {
    return { emptyDir: { medium: "Memory", sizeLimit: volume.memory } };
  }
  if ("scratch" in volume) {
    return { emptyDir: { sizeLimit: volume.scratch } };
  }
  return "perPod" in volume
    ? undefined
    : { persistentVolumeClaim: { claimName: nameOfClaim(service, path, volume) } };
}

/** Two paths of one claim have one volume: a pod of two would wait for the same claim twice. */
function volumeName(service: Service, path: string, volume: Volume): string {
  if ("perPod" in volume) {
    return perPodName(path, volume.perPod);
  }
  return "claim" in volume
    ? `claim-${sha256(nameOfClaim(service, path, volume)).slice(0, 10)}`
    : `volume-${sha256(path).slice(0, 10)}`;
}

function nameOfClaim({ name }: Service, path: string, { claim }: ClaimVolume): string {
  return typeof claim === "string" ? claim : claimName(name, path, claim);
}

/** Whether the pods keep their names, and so claims of their own: the StatefulSet has the volumes of these then. */
function hasNamedPods(service: Service): boolean {
  return service.stateful !== undefined;
}

/** Where the volumes of {@link volumes} appear in the container. */
export function volumeMounts(service: Service): k8s.types.input.core.v1.VolumeMount[] {
  return [
    ...Object.entries(service.files).map(([path, file]) => fileMount(path, file)),
    ...Object.keys(service.folders).map((path) => ({
      name: folderName(path),
      mountPath: path,
      readOnly: true,
    })),
    ...service.writable.map((path) => ({ name: writableVolume(path), mountPath: path })),
    ...Object.entries(service.volumes).map(([path, volume]) => ({
      name: volumeName(service, path, volume),
      mountPath: path,
      ...(volume.subPath !== undefined && { subPath: volume.subPath }),
      ...(volume.readOnly === true && { readOnly: true }),
    })),
  ];
}

function fileMount(
  path: string,
  file: Service["files"][string],
): k8s.types.input.core.v1.VolumeMount {
  const [name, subPath] =
    typeof file === "string"
      ? ["files", fileKey(path)]
      : "secret" in file
        ? [secretVolume(file.secret), file.key]
        : [configMapVolume(file.configMap), file.key];
  return { name, mountPath: path, subPath, readOnly: true };
}

/** The objects of a kind that files come from, each once. */
function namesOf({ files }: Service, kind: "secret" | "configMap"): string[] {
  const names = Object.values(files).flatMap((file) =>
    typeof file === "object" && kind in file
      ? (file as unknown as Record<typeof kind, string>)[kind]
      : [],
  );
  return [...new Set(names)].sort();
}

/** A whole object as a folder: its volume is not that of the files, of which none may be left out. */
function folderVolume(path: string, folder: ResolvedFolder): k8s.types.input.core.v1.Volume {
  const { items, optional, mode } = folder;
  const form = {
    ...(items && { items: items.map(folderItem) }),
    ...(optional !== undefined && { optional }),
    ...(mode !== undefined && { defaultMode: bits(mode) }),
  };
  const name = folderName(path);
  return "secret" in folder
    ? { name, secret: { secretName: folder.secret, ...form } }
    : { name, configMap: { name: folder.configMap, ...form } };
}

function folderItem({ key, path, mode }: FolderItem): k8s.types.input.core.v1.KeyToPath {
  return { key, path, ...(mode !== undefined && { mode: bits(mode) }) };
}

/** Kubernetes' JSON has the mode as a decimal number. */
function bits(mode: string): number {
  return Number.parseInt(mode, 8);
}

/** Whether the files of a folder are for their group alone, which then has to be the pods'. */
export function hidesFiles({ mode, items = [] }: ResolvedFolder): boolean {
  return [mode, ...items.map((item) => item.mode)].some(
    (each) => each !== undefined && (bits(each) & 0o004) === 0,
  );
}

// Secret names and paths may be longer, and hold more kinds of characters, than a volume's name.
const secretVolume = (secretName: string): string => `secret-${sha256(secretName).slice(0, 10)}`;
const configMapVolume = (name: string): string => `config-${sha256(name).slice(0, 10)}`;
const folderName = (path: string): string => `folder-${sha256(path).slice(0, 10)}`;
const writableVolume = (path: string): string => `writable-${sha256(path).slice(0, 10)}`;
