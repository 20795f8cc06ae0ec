import { picked } from "./picked.ts";

/** Plain fields of Kubernetes, merged last: mappings deep, lists of named entries by name, other lists replaced; null removes. */
export type Patch = Readonly<Record<string, unknown>>;

/** The objects of a service that a patch can be for. */
export const PATCHED = [
  "deployment",
  "statefulSet",
  "daemonSet",
  "cronJob",
  "service",
  "headlessService",
  "serviceAccount",
  "networkPolicy",
  "podDisruptionBudget",
  "horizontalPodAutoscaler",
  "ingress",
  "podMonitor",
  "prometheusRule",
] as const;

/** What is for no other key. */
export interface PatchesDefinition {
  /**
   * A patch of the pods' spec.
   * @default {}
   * @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodSpec
   */
  readonly pod?: Patch;
  /**
   * Patches of whole objects, by what they are.
   * @default {}
   */
  readonly patches?: Readonly<Partial<Record<(typeof PATCHED)[number], Patch>>>;
}

/** The patches of a definition, and nothing else of it. */
export function completePatches(definition: PatchesDefinition): PatchesDefinition {
  return picked(definition, ["pod", "patches"]);
}

/** How many places are listed: they are in the record of the release. */
const LISTED_PLACES = 50;

/** Names of what a service's patches change, never a value: `pod.hostname`, `patches.deployment.spec.strategy.type`. */
export function patchedPlaces({ pod, patches }: PatchesDefinition): string[] {
  const places = [...placesIn(pod, "pod"), ...placesIn(patches, "patches")];
  return places.slice(0, LISTED_PLACES);
}

function placesIn(value: unknown, path: string): string[] {
  if (Array.isArray(value)) {
    const named = value.map(
      (entry: unknown) => (entry as { readonly name?: unknown } | null)?.name,
    );
    return named.every((name) => typeof name === "string")
      ? value.flatMap((entry: unknown, index) => {
          const inner = placesIn(entry, `${path}.${String(named[index])}`);
          return inner.filter((place) => !place.endsWith(".name") || inner.length === 1);
        })
      : [path];
  }
  if (typeof value !== "object" || value === null) {
    return value === undefined ? [] : [path];
  }
  return Object.entries(value).flatMap(([key, inner]) => placesIn(inner, `${path}.${key}`));
}
