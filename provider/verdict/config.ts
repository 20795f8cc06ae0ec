import type { Finding } from "./finding.ts";
import { podFinding } from "./pod-finding.ts";
import { type ConfigReference, type Container, isTrue, type Pod } from "./objects.ts";
import { isTrouble, statusesOf } from "./pod.ts";

/**
 * What a pod waits for that does not exist. The kubelet says so only when it gets to it, after the image at the soonest
 * and a minute later at worst; of a file it never says so.
 *
 * @param absent what was looked for and is missing
 */
export function judgeConfig(pod: Pod, absent: readonly ConfigReference[]): Finding[] {
  if (absent.length === 0) {
    return [];
  }
  const references = [...(isBeingCreated(pod) ? configOf(pod) : []), ...filesOf(pod)];
  const needed = new Set(references.map(titleOf));
  const missing = absent.map(titleOf).find((title) => needed.has(title));
  return missing === undefined ? [] : [podFinding(pod, "config-missing", `${missing} not found`)];
}

/** E.g. `key "token" of secret "payment"`. */
export function titleOf({ kind, name, key }: ConfigReference): string {
  return `${key === undefined ? "" : `key "${key}" of `}${kind} "${name}"`;
}

/** Whether a pod has its node, and no container is further than being created. */
export function isBeingCreated(pod: Pod): boolean {
  const reasons = statusesOf(pod).map(({ state }) => state?.waiting?.reason);
  return (
    isTrue(pod, "PodScheduled") &&
    reasons.every((reason) => reason !== undefined && !isTrouble(reason))
  );
}

/** What a pod cannot start without, by its volumes and variables, except what they call optional. */
export function configOf({ spec }: Pod): ConfigReference[] {
  const { volumes = [], initContainers = [], containers = [] } = spec ?? {};
  const mounted = volumes.flatMap(({ secret, configMap, projected }) => [
    ...referencesOf("secret", secret && { ...secret, name: secret.secretName }),
    ...referencesOf("configmap", configMap),
    ...(projected?.sources ?? []).flatMap((source) => [
      ...referencesOf("secret", source.secret),
      ...referencesOf("configmap", source.configMap),
    ]),
  ]);
  const references = [...mounted, ...[...initContainers, ...containers].flatMap(variablesOf)];
  return [...new Map(references.map((reference) => [titleOf(reference), reference])).values()];
}

/**
 * Keys that a pod mounts as a file each from the volume of a whole Secret or ConfigMap. Where such a key is missing, the
 * kubelet makes an empty folder in its place and the container starts.
 */
export function filesOf({ spec }: Pod): ConfigReference[] {
  const { volumes = [], initContainers = [], containers = [] } = spec ?? {};
  const mounts = [...initContainers, ...containers].flatMap(
    ({ volumeMounts = [] }) => volumeMounts,
  );
  return volumes.flatMap(({ name, secret, configMap }) => {
    const items = mounts
      .filter((mount) => mount.name === name && isKey(mount.subPath))
      .map(({ subPath = "" }) => ({ key: subPath }));
    const isWhole = (secret ?? configMap)?.items === undefined && items.length > 0;
    const references = isWhole
      ? [
          ...referencesOf("secret", secret && { ...secret, name: secret.secretName, items }),
          ...referencesOf("configmap", configMap && { ...configMap, items }),
        ]
      : [];
    return references.filter(({ key }) => key !== undefined);
  });
}

/** Not a folder in a volume, and none of the kubelet's own names. */
function isKey(subPath = ""): boolean {
  return subPath !== "" && !subPath.includes("/") && !subPath.startsWith("..");
}

function variablesOf({ env = [], envFrom = [] }: Container): ConfigReference[] {
  const keys = env.map(({ valueFrom = {} }) => valueFrom);
  return [
    ...keys.flatMap(({ secretKeyRef, configMapKeyRef }) => [
      ...referencesOf("secret", secretKeyRef && { ...secretKeyRef, items: [secretKeyRef] }),
      ...referencesOf(
        "configmap",
        configMapKeyRef && { ...configMapKeyRef, items: [configMapKeyRef] },
      ),
    ]),
    ...envFrom.flatMap(({ secretRef, configMapRef }) => [
      ...referencesOf("secret", secretRef),
      ...referencesOf("configmap", configMapRef),
    ]),
  ];
}

interface Use {
  readonly name?: string | undefined;
  readonly optional?: boolean;
  readonly items?: readonly { readonly key: string }[];
}

/** The object itself, and each key that is needed of it. */
function referencesOf(kind: ConfigReference["kind"], use: Use = {}): ConfigReference[] {
  const { name, optional, items = [] } = use;
  const keys = [undefined, ...items.map(({ key }) => key)];
  return name === undefined || optional === true ? [] : keys.map((key) => ({ kind, name, key }));
}
