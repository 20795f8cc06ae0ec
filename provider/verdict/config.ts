import type { ConfigReference } from "./config-reference.ts";
import type { Finding } from "./finding.ts";
import { condition, type Container, nameOf, type Pod } from "./objects.ts";
import { statusesOf } from "./pod.ts";

/**
 * What a pod waits for that is not there. The kubelet says so only when it gets to it, after the image at the soonest
 * and a minute later at worst.
 *
 * @param absent what was looked for and is not there
 */
export function judgeConfig(pod: Pod, absent: readonly ConfigReference[]): Finding[] {
  if (absent.length === 0 || !isBeingCreated(pod)) {
    return [];
  }
  const needed = new Set(configOf(pod).map(titleOf));
  const missing = absent.filter((reference) => needed.has(titleOf(reference)));
  const bornAt = pod.metadata?.creationTimestamp;
  return missing.slice(0, 1).map((reference) => ({
    reason: "config-missing",
    object: `pod ${nameOf(pod)}`,
    message: `${titleOf(reference)} not found`,
    ...(bornAt !== undefined && { bornAt }),
  }));
}

/** E.g. `key "token" of secret "payment"`. */
export function titleOf({ kind, name, key }: ConfigReference): string {
  return `${key === undefined ? "" : `key "${key}" of `}${kind} "${name}"`;
}

/** Whether a pod has its node, and no container has come further than being created. */
export function isBeingCreated(pod: Pod): boolean {
  return (
    condition(pod.status?.conditions, "PodScheduled")?.status === "True" &&
    statusesOf(pod).every(({ state }) => STEPS.includes(state?.waiting?.reason))
  );
}

const STEPS: readonly (string | undefined)[] = ["ContainerCreating", "PodInitializing"];

/** What a pod cannot start without: by its volumes and variables, but for what they call optional. */
export function configOf({ spec }: Pod): ConfigReference[] {
  const { volumes = [], initContainers = [], containers = [] } = spec ?? {};
  const mounted = volumes.flatMap(({ secret, configMap, projected }) => [
    ...sourceOf("secret", secret && { ...secret, name: secret.secretName }),
    ...sourceOf("configmap", configMap),
    ...(projected?.sources ?? []).flatMap((source) => [
      ...sourceOf("secret", source.secret),
      ...sourceOf("configmap", source.configMap),
    ]),
  ]);
  const references = [...mounted, ...[...initContainers, ...containers].flatMap(variablesOf)];
  return [...new Map(references.map((reference) => [titleOf(reference), reference])).values()];
}

function variablesOf({ env = [], envFrom = [] }: Container): ConfigReference[] {
  return [
    ...env.flatMap(({ valueFrom }) => [
      ...keyOf("secret", valueFrom?.secretKeyRef),
      ...keyOf("configmap", valueFrom?.configMapKeyRef),
    ]),
    ...envFrom.flatMap(({ secretRef, configMapRef }) => [
      ...sourceOf("secret", secretRef),
      ...sourceOf("configmap", configMapRef),
    ]),
  ];
}

interface Source {
  readonly name?: string | undefined;
  readonly optional?: boolean;
  readonly items?: readonly { readonly key: string }[];
}

function sourceOf(kind: ConfigReference["kind"], source: Source | undefined): ConfigReference[] {
  const { name, optional, items = [] } = source ?? {};
  return name === undefined || optional === true
    ? []
    : [
        { kind, name, key: undefined },
        ...items.map(({ key }): ConfigReference => ({ kind, name, key })),
      ];
}

function keyOf(
  kind: ConfigReference["kind"],
  source: { readonly name?: string; readonly key: string; readonly optional?: boolean } | undefined,
): ConfigReference[] {
  return source?.name === undefined || source.optional === true
    ? []
    : [
        { kind, name: source.name, key: undefined },
        { kind, name: source.name, key: source.key },
      ];
}
