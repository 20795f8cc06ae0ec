/** How many nodes and pods may use a claim, in Kubernetes' words. */
export type AccessMode = "ReadWriteOnce" | "ReadOnlyMany" | "ReadWriteMany" | "ReadWriteOncePod";

/**
 * What never changes of a claim is left out of each comparison: an import finds what the cluster has filled in, and to replace a claim
 * is to lose its data. See `requireClaims` for who changes it all the same.
 */
export const FIXED_OF_CLAIMS: readonly string[] = [
  "spec.accessModes",
  "spec.storageClassName",
  "spec.volumeMode",
  "spec.volumeName",
];

/** What of a service's settings is about its volumes. */
export interface VolumesDefinition {
  /**
   * Volumes by the absolute path at which the container has them.
   * @default {}
   */
  readonly volumes?: Readonly<Record<string, Volume>>;
}

/** A volume, and how the container has it. */
export type Volume = (ClaimVolume | PerPodVolume | MemoryVolume | ScratchVolume) & VolumeUse;

/** How a container has a volume. */
export interface VolumeUse {
  /**
   * Folder of the volume that is mounted.
   * @default - the whole volume
   */
  readonly subPath?: string;
  /** @default false */
  readonly readOnly?: boolean;
}

/** A volume of a PersistentVolumeClaim: of one that exists, by its name, or of one that the stack creates. */
export interface ClaimVolume {
  readonly claim: string | NewClaim;
}

/** A claim for each pod: kept with a stateful service's pods, and deleted with the pod otherwise. */
export interface PerPodVolume {
  readonly perPod: PerPodClaim;
}

/** A volume in memory, emptied with the pod; what it holds counts as the container's memory. */
export interface MemoryVolume {
  readonly memory: string;
}

/** A folder on the node of at most this size, emptied with the pod; a pod that exceeds it is evicted. */
export interface ScratchVolume {
  readonly scratch: string;
}

/**
 * What a claim requests.
 *
 * @see https://kubernetes.io/docs/concepts/storage/persistent-volumes/#persistentvolumeclaims
 */
export interface ClaimRequest {
  /** A quantity such as `10Gi`. It may grow if the class lets volumes grow, and never shrinks. */
  readonly size: string;
  /**
   * Storage class.
   * @default - the cluster's default class
   */
  readonly class?: string;
  /** @default ReadWriteOnce */
  readonly access?: AccessMode;
}

/** A claim that the stack creates. */
export interface NewClaim extends ClaimRequest {
  /**
   * Name of the claim; two paths, and two services, may share one by its name.
   * @default - of the service's name and the path
   */
  readonly name?: string;
  /**
   * Whether the claim, and with it the data, stays when the service or the path is removed.
   * @default true
   */
  readonly keep?: boolean;
}

/** A claim of each pod. */
export interface PerPodClaim extends ClaimRequest {
  /**
   * Name of the claim's template; the claims are called by it and by their pods.
   * @default - of the path
   */
  readonly name?: string;
}

/** The volumes of a service, with a value for everything that has a default. */
export interface CompletedVolumes {
  readonly volumes: Readonly<Record<string, Volume>>;
}

/** The volumes that a definition names, and the folders that its container may write to: not what a volume is mounted at. */
export function completeVolumes({
  volumes = {},
  writable = ["/tmp"].filter((path) => !(path in volumes)),
}: VolumesDefinition & {
  readonly writable?: readonly string[];
}): CompletedVolumes & { readonly writable: readonly string[] } {
  return { volumes, writable };
}

/** How many may use a claim that the stack creates. */
export function accessOf({ access = "ReadWriteOnce" }: Pick<ClaimRequest, "access">): AccessMode {
  return access;
}

/** Whether several pods, on several nodes, may have a volume of this access. */
export function isShared(access: string): boolean {
  return access === "ReadWriteMany" || access === "ReadOnlyMany";
}
