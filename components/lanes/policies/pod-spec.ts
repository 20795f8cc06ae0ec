import { literal, type Validation } from "./policy.ts";

/** Every write that makes a pod, or changes what runs in it. */
export const PODS = [
  {
    apiGroups: [""],
    apiVersions: ["v1"],
    operations: ["CREATE", "UPDATE"],
    resources: ["pods", "pods/ephemeralcontainers"],
  },
];

/** The lists of containers in the spec of a pod, by what their fields are called. */
export const CONTAINERS = ["containers", "initContainers", "ephemeralContainers"] as const;

/** What people call one of each. */
export const CALLED = {
  containers: "container",
  initContainers: "init container",
  ephemeralContainers: "ephemeral container",
} as const;

/** Whether a Secret may be named, as an expression of its name, which is one, too; and of its key, if only that is taken. */
export type MayName = (secret: string, key?: string) => string;

/**
 * Demands on each place in a list of containers that gives a container a key of a Secret.
 *
 * @param may whether it may
 * @param message about a field
 */
export function containerSecrets(
  list: string,
  path: string,
  may: MayName,
  message: (field: string) => string,
): Validation[] {
  const each = (demand: string) => `${list}.all(c, ${demand})`;
  const key = "e.valueFrom.secretKeyRef";
  return [
    {
      expression: each(
        `c.?env.orValue([]).all(e, !has(e.valueFrom) || !has(${key}) || ${may(`${key}.?name.orValue("")`, `${key}.key`)})`,
      ),
      message: message(`${path}[].env[].valueFrom.secretKeyRef`),
    },
    {
      expression: each(
        `c.?envFrom.orValue([]).all(f, !has(f.secretRef) || ${may('f.secretRef.?name.orValue("")')})`,
      ),
      message: message(`${path}[].envFrom[].secretRef`),
    },
  ];
}

/** Demands on each place in a pod that gives a container a key of a Secret. */
export function podSecrets(may: MayName, message: (field: string) => string): Validation[] {
  const volumes = (demand: string) => `object.spec.?volumes.orValue([]).all(v, ${demand})`;
  const sources = `v.projected.?sources.orValue([]).all(s, !has(s.secret) || ${may('s.secret.?name.orValue("")')})`;
  return [
    {
      expression: volumes(`!has(v.secret) || ${may('v.secret.?secretName.orValue("")')}`),
      message: message("spec.volumes[].secret"),
    },
    {
      expression: volumes(`!has(v.projected) || ${sources}`),
      message: message("spec.volumes[].projected.sources[].secret"),
    },
    {
      expression: volumes(
        `!has(v.csi) || !has(v.csi.nodePublishSecretRef) || ${may('v.csi.nodePublishSecretRef.?name.orValue("")')}`,
      ),
      message: message("spec.volumes[].csi.nodePublishSecretRef"),
    },
    ...CONTAINERS.flatMap((kind) =>
      containerSecrets(containersOf(kind), `spec.${kind}`, may, message),
    ),
  ];
}

/** A list of a pod's containers, which need not be there. */
export function containersOf(kind: (typeof CONTAINERS)[number]): string {
  return `object.spec.?${kind}.orValue([])`;
}

/** Whether each volume is of one of these kinds. */
export function volumesOf(volumes: string, kinds: readonly string[], otherwise = "false"): string {
  const known = kinds.map((kind) => `has(v.${kind})`).join(" || ");
  return `${volumes}.all(v, ${known} || ${otherwise})`;
}

/** Whether an image is named by its digest. */
export function isPinned(image: string): string {
  return `${image}.matches(${literal("@sha256:[0-9a-f]{64}$")})`;
}
