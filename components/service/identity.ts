import { picked } from "./picked.ts";

/** Who a service's pods are: to the node, to the cluster and to the cloud. */
export interface IdentityDefinition {
  /**
   * Group that the container runs as.
   * @default - the number of `user`
   */
  readonly group?: number;
  /**
   * Group that volumes belong to.
   * @default - volumes are as their storage has them
   * @see https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
   */
  readonly fsGroup?: number;
  /**
   * Groups that the container's process is in beside its own.
   * @default []
   */
  readonly supplementalGroups?: readonly number[];
  /**
   * Labels of the pods and of every object of the service, beside Slipway's own.
   * @default {}
   */
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * Annotations of the pods and of every object of the service, beside Slipway's own.
   * @default {}
   */
  readonly annotations?: Readonly<Record<string, string>>;
  /**
   * The ServiceAccount of the pods.
   * @default - one without annotations, of which the pods get no token
   */
  readonly serviceAccount?: ServiceAccountDefinition;
  /**
   * Names of credentials or existing Secrets that pull images, beside `registry.pullSecret`.
   * @default []
   */
  readonly pullSecrets?: readonly string[];
}

/** The ServiceAccount of a service's pods. */
export interface ServiceAccountDefinition {
  /**
   * Such as `eks.amazonaws.com/role-arn` or `iam.gke.io/gcp-service-account`, by which a cloud knows the pods.
   * @default {}
   */
  readonly annotations?: Readonly<Record<string, string>>;
  /**
   * Whether the pods get a token for the API server, at the usual place; or a token for somebody else.
   * @default false
   */
  readonly token?: boolean | TokenDefinition;
}

/**
 * A token for who is not the API server, such as Vault.
 *
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#serviceaccount-token-volume-projection
 */
export interface TokenDefinition {
  /** Who accepts the token. */
  readonly audience: string;
  /** Absolute path of the file. */
  readonly path: string;
  /**
   * Seconds until it expires; the kubelet renews it before.
   * @default 3600
   */
  readonly expirationSeconds?: number;
}

/** The keys of {@link IdentityDefinition}. */
const IDENTITY = [
  "group",
  "fsGroup",
  "supplementalGroups",
  "labels",
  "annotations",
  "serviceAccount",
  "pullSecrets",
] as const satisfies readonly (keyof IdentityDefinition)[];

/** The identity of a definition, and nothing else of it. */
export function completeIdentity(definition: IdentityDefinition): IdentityDefinition {
  return picked(definition, IDENTITY);
}
