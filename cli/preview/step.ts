import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

import { COMPONENTS } from "../../contract/tokens.ts";
import { nameOf } from "../recover/engine-state.ts";

/** Object of the engine's inputs, with secrets as the engine marks them. */
export type Inputs = Readonly<Record<string, unknown>>;

/** What becomes of a resource. */
export type Action = "create" | "update" | "replace" | "delete" | "same";

/** One resource of a preview. */
export interface Step {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Whether it groups resources; then no provider knows it. */
  readonly isComponent: boolean;
  readonly action: Action;
  /** Whether the cluster keeps it when the stack does not have it any more. */
  readonly isRetained: boolean;
  readonly before: Inputs | undefined;
  readonly after: Inputs | undefined;
  /** What its provider says that it becomes. */
  readonly planned: Inputs | undefined;
  /** Inputs that replace it, by the provider, as property paths. */
  readonly replacedFor: readonly string[];
  /** Inputs that differ by the provider, as property paths. */
  readonly differing: readonly string[];
  /** The `Release` that it belongs to: its service. */
  readonly service: string | undefined;
}

const ACTIONS: Readonly<Record<string, Action>> = {
  create: "create",
  // What was kept in the cluster joins the stack.
  import: "create",
  update: "update",
  same: "same",
  delete: "delete",
  replace: "replace",
  "create-replacement": "replace",
  "delete-replaced": "replace",
};

/** The resources of a preview, one each, by type and name; the engine reports them as it reaches them. */
export function stepsOf(events: readonly EngineEvent[]): Step[] {
  const reported = events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
  const parents = new Map(
    reported.map(({ urn, old, new: next }) => [urn, next?.parent ?? old?.parent ?? ""]),
  );
  const planned = new Map(
    events
      .flatMap(({ resOutputsEvent }) => resOutputsEvent?.metadata ?? [])
      .map(({ urn, new: next }) => [urn, next?.outputs as Inputs | undefined]),
  );
  const steps = new Map<string, Step>();
  for (const { op, urn, type, old, new: next, keys, detailedDiff } of reported) {
    const action = ACTIONS[op];
    if (action === undefined) {
      continue;
    }
    const known = steps.get(urn);
    steps.set(urn, {
      urn,
      type,
      name: nameOf(urn),
      isComponent: (next ?? old)?.custom !== true,
      action: known?.action === "replace" ? "replace" : action,
      isRetained: old?.retainOnDelete === true,
      before: known?.before ?? inputsOf(old),
      after: inputsOf(next) ?? known?.after,
      planned: planned.get(urn),
      replacedFor: known?.replacedFor.length ? known.replacedFor : replacing(keys, detailedDiff),
      differing: known?.differing.length ? known.differing : Object.keys(detailedDiff ?? {}).sort(),
      service: serviceOf(urn, parents),
    });
  }
  return [...steps.values()].sort(byTypeAndName);
}

/** The details say of a part of an input that it replaces; without them it is known of whole inputs. */
function replacing(
  keys: readonly string[] | null | undefined,
  details: Readonly<Record<string, { readonly diffKind: string }>> | null | undefined,
): readonly string[] {
  const parts = Object.entries(details ?? {}).filter(([, part]) => /-replace$/.test(part.diffKind));
  return (parts.length > 0 ? parts.map(([path]) => path) : [...(keys ?? [])]).sort();
}

function inputsOf(state: { readonly inputs?: unknown } | null | undefined): Inputs | undefined {
  return state?.inputs as Inputs | undefined;
}

function serviceOf(urn: string, parents: ReadonlyMap<string, string>): string | undefined {
  for (let at = urn; at !== ""; at = parents.get(at) ?? "") {
    if (at.split("::")[2] === COMPONENTS.Release) {
      return nameOf(at);
    }
  }
  return undefined;
}

function byTypeAndName(one: Step, other: Step): number {
  return (
    compare(one.type, other.type) || compare(one.name, other.name) || compare(one.urn, other.urn)
  );
}

/** Order that is the same on every machine, whatever its language. */
export function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
