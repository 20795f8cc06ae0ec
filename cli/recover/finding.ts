import { MADE_HERE } from "../../contract/marks.ts";
import type { KubernetesObject } from "@kubernetes/client-node";

import type { StateResource } from "./engine-state.ts";
import type { ObjectInputs, PendingCreate } from "./pending-create.ts";

/** What became of a creation that never ended. */
export type Finding =
  /** The object is there, made by the killed run: the stack may have it, under this id. */
  | {
      readonly found: "own";
      readonly id: string;
      readonly madeAt: string;
      /** The field manager that it was made as. */
      readonly manager: string;
    }
  /** There is no such object. */
  | { readonly found: "absent" }
  /** The stack has the object. */
  | { readonly found: "known" }
  /** It leaves nothing that the next run would not do again. */
  | { readonly found: "nothing" }
  /** Whoever runs this has to decide. */
  | { readonly found: "blocked"; readonly why: string; readonly remedy: string };

/** All of the Kubernetes provider's field managers begin so. */
const MANAGER = "pulumi-kubernetes";
/** The clocks of an agent and of the API server may differ by so much. */
const CLOCKS_MILLISECONDS = 60_000;
/**
 * What creates nothing (Slipway's own resources, components, providers), nothing outside the state (random), or the
 * same again (images, whose tag is their content).
 */
const REPEATABLE = /^(slipway|random|docker|pulumi):/;
const AGAIN = "run npx slipway recover again";

/** Judges what is no Kubernetes object. */
export function findingOfOther({ type }: Pick<PendingCreate, "type">): Finding {
  if (REPEATABLE.test(type)) {
    return { found: "nothing" };
  }
  return {
    found: "blocked",
    why: "is of a kind that this command knows nothing of, and may have been made",
    remedy: `look for it, and give it to the stack with pulumi import or delete it; then forget its creation with pulumi refresh --clear-pending-creates, and ${AGAIN}`,
  };
}

/**
 * Judges an object by what was asked for, by what is there now and by who else in the state has it.
 *
 * @param live undefined where there is none
 */
export function findingOf(
  { since }: Pick<PendingCreate, "since">,
  object: ObjectInputs,
  live: KubernetesObject | undefined,
  owner: StateResource | undefined,
): Finding {
  if (live === undefined) {
    return { found: "absent" };
  }
  if (owner?.delete === true || owner?.pendingReplacement === true) {
    return {
      found: "blocked",
      why: `is what the run was replacing (${owner.urn})`,
      remedy: `delete it with kubectl as the run was about to, and ${AGAIN}`,
    };
  }
  if (owner !== undefined) {
    return { found: "known" };
  }
  const { metadata } = live;
  if (metadata?.deletionTimestamp !== undefined) {
    return {
      found: "blocked",
      why: `is being deleted since ${time(metadata.deletionTimestamp)}`,
      remedy: `wait until it is gone, and ${AGAIN}`,
    };
  }
  const manager = managersOf(live).find((each) => each.startsWith(MANAGER));
  const reasons = strangeness(object, live, since);
  if (reasons.length === 0 && manager !== undefined) {
    const madeAt = time(metadata?.creationTimestamp);
    return { found: "own", id: idOf(live.metadata), madeAt, manager };
  }
  return {
    found: "blocked",
    why: `was not made by the killed run: it ${reasons.join(", and ")}`,
    remedy: `it is left as it is: give the stack's another name, or delete this one if nobody needs it, and ${AGAIN}`,
  };
}

/** The resource of the state that stands for this object, also for one that the engine is about to delete. */
export function ownerOf(
  { urn, object }: PendingCreate,
  resources: readonly StateResource[],
): StateResource | undefined {
  return resources.find(
    (resource) => resource.urn === urn || (object !== undefined && standsFor(resource, object)),
  );
}

function standsFor({ type, id, inputs }: StateResource, object: ObjectInputs): boolean {
  return (
    type.startsWith("kubernetes:") &&
    inputs?.["kind"] === object.kind &&
    groupOf(String(inputs["apiVersion"])) === groupOf(object.apiVersion) &&
    id === idOf(object.metadata)
  );
}

/** In other versions of an API group it is the same object. */
function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}

/** The id by which the Kubernetes provider knows an object. */
export function idOf({ namespace, name = "" }: Named = {}): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

interface Named {
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
}

/** Why an object cannot be the one that the run was asked for. */
function strangeness(
  { metadata: { labels } }: ObjectInputs,
  object: KubernetesObject,
  since: string | undefined,
): string[] {
  const { metadata } = object;
  const live = metadata?.labels ?? {};
  const expected = Object.entries({ ...labels, ...MADE_HERE });
  const lacking = expected.filter(([key, value]) => live[key] !== value);
  const managers = managersOf(object);
  const madeAt = time(metadata?.creationTimestamp);
  const isOlder =
    since !== undefined && Date.parse(madeAt) + CLOCKS_MILLISECONDS < Date.parse(since);
  return [
    ...(lacking.length === 0
      ? []
      : [`lacks the labels ${lacking.map((label) => label.join("=")).join(", ")}`]),
    ...(managers.some((manager) => manager.startsWith(MANAGER))
      ? []
      : [`was written by ${[...new Set(managers)].join(", ") || "nobody"}, not by ${MANAGER}`]),
    ...(isOlder ? [`is of ${madeAt}, before that run`] : []),
  ];
}

/** Who wrote an object, without those that keep its status or its scale. */
function managersOf({ metadata }: KubernetesObject): string[] {
  return (metadata?.managedFields ?? [])
    .filter(({ subresource }) => subresource === undefined)
    .map(({ manager = "nobody" }) => manager);
}

function time(value: Date | string | undefined): string {
  return value === undefined ? "" : new Date(value).toISOString();
}
