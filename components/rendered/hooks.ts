import type { HookPlace } from "../service/manifests.ts";
import { at, fields, idOf, type ManifestObject, textOf, without } from "./object.ts";
import { bounded } from "./yaml.ts";

const HOOK = "helm.sh/hook";
const WEIGHT = "helm.sh/hook-weight";
/** What Helm reads of a hook, and of any object. */
const ORDERS = [HOOK, WEIGHT, "helm.sh/hook-delete-policy", "helm.sh/hook-output-log-policy"];

/** Of these, Helm itself runs none with an installation or an upgrade. */
const TESTS = ["test", "test-success", "test-failure"];

/** What becomes of an object that is, or is not, one of Helm's hooks. */
export interface Hooked {
  readonly object: ManifestObject;
  /** @default - it is no hook */
  readonly place?: "before" | "after";
  /** The order among those of the same place. */
  readonly weight: number;
}

/** Objects with their hooks decided; what is left out; and what is wrong. */
export interface HookDecision {
  readonly kept: readonly Hooked[];
  readonly notes: readonly string[];
  readonly faults: readonly string[];
}

/**
 * Decides what becomes of Helm's hooks: a hook that the settings do not name is refused, because Helm would run it at a
 * moment that is not known here. Tests are left out.
 */
export function decideHooks(
  objects: readonly ManifestObject[],
  home: string,
  places: Readonly<Record<string, HookPlace>>,
): HookDecision {
  const kept: Hooked[] = [];
  const notes: string[] = [];
  const faults: string[] = [];
  const used = new Set<string>();
  for (const object of objects) {
    const moments = momentsOf(object);
    const id = idOf(object, home);
    const place = Object.hasOwn(places, id) ? places[id] : undefined;
    used.add(id);
    if (moments.length === 0) {
      kept.push({ object, weight: 0 });
      if (place !== undefined) {
        faults.push(`hooks: ${id} is no hook of Helm; remove it from hooks`);
      }
    } else if (place === undefined && moments.every((each) => TESTS.includes(each))) {
      notes.push(`${id} is a test of Helm and is left out`);
    } else if (place === "none") {
      notes.push(`${id} (${bounded(moments.join(", "))}) is left out, as hooks says`);
    } else if (place === undefined) {
      faults.push(unnamed(id, moments));
    } else {
      kept.push({ object: withoutOrders(object), place, weight: weightOf(object) });
    }
  }
  const unknown = Object.keys(places).filter((id) => !used.has(id));
  faults.push(...unknown.map((id) => `hooks: there is no ${bounded(id)}; remove it from hooks`));
  return { kept, notes, faults };
}

function unnamed(id: string, moments: readonly string[]): string {
  return `${id} is a hook of Helm (${bounded(moments.join(", "))}), which nobody runs here; allowed: hooks: {${id}: before}, applied before the workloads; after, once they are ready; none, left out; or turn it off in the chart's values`;
}

function momentsOf({ metadata }: ManifestObject): string[] {
  const written = at(metadata, "annotations", HOOK);
  return typeof written === "string"
    ? written.split(",").flatMap((each) => (each.trim() === "" ? [] : [each.trim()]))
    : [];
}

function weightOf({ metadata }: ManifestObject): number {
  const weight = Number.parseInt(textOf(at(metadata, "annotations", WEIGHT)), 10);
  return Number.isNaN(weight) ? 0 : Math.min(Math.max(weight, -100_000), 100_000);
}

function withoutOrders(object: ManifestObject): ManifestObject {
  const annotations = without(fields(object.metadata["annotations"]), ORDERS);
  return { ...object, metadata: { ...object.metadata, annotations } } as ManifestObject;
}
