import type { KubernetesObject } from "@kubernetes/client-node";

import { MADE_HERE } from "../../contract/marks.ts";
import type { StateResource } from "./engine-state.ts";
import type { ObjectInputs, PendingCreate } from "./pending-create.ts";

/** What became of a creation that never ended. */
export type Outcome =
  /** The object exists, created by the killed run: the stack may have it, under this id. */
  | {
      readonly found: "own";
      readonly id: string;
      readonly madeAt: string;
      /** The field manager that it was created as. */
      readonly manager: string;
    }
  /** The object does not exist; the stack has it; the next run does all of it again. */
  | { readonly found: "absent" | "known" | "nothing" }
  /** Whoever runs this has to decide. */
  | { readonly found: "blocked"; readonly why: string; readonly remedy: string };

/** All of the Kubernetes provider's field managers begin so. */
const MANAGER = "pulumi-kubernetes";
/** The clocks of an agent and of the API server may differ by this much. */
const CLOCKS_MILLISECONDS = 60_000;
/**
 * What creates nothing (Slipway's own resources, components, providers), nothing outside the state (random), or the
 * same again (images, whose tag is their content).
 */
const REPEATABLE = /^(slipway|random|docker|pulumi):/;
const AGAIN = "run npx slipway recover again";

/** Judges what is not a Kubernetes object. */
export function outcomeOfOther({ type }: Pick<PendingCreate, "type">): Outcome {
  return REPEATABLE.test(type)
    ? { found: "nothing" }
    : blocked(
        "is of a kind that this command does not know, and may have been created",
        `look for it, and add it to the stack with pulumi import or delete it; then drop its creation with pulumi refresh --clear-pending-creates, and ${AGAIN}`,
      );
}

/**
 * Judges an object by what the run requested, by what exists now and by who else in the state has it.
 *
 * @param live undefined if it does not exist
 */
export function outcomeOf(
  { since }: Pick<PendingCreate, "since">,
  object: ObjectInputs,
  live: KubernetesObject | undefined,
  owner: StateResource | undefined,
): Outcome {
  if (live === undefined) {
    return { found: "absent" };
  }
  if (owner?.delete === true || owner?.pendingReplacement === true) {
    return blocked(
      `is what the run was replacing (${owner.urn})`,
      `delete it with kubectl as the run was about to, and ${AGAIN}`,
    );
  }
  if (owner !== undefined) {
    return { found: "known" };
  }
  const { metadata } = live;
  if (metadata?.deletionTimestamp !== undefined) {
    return blocked(
      `is being deleted since ${time(metadata.deletionTimestamp)}`,
      `wait until it is gone, and ${AGAIN}`,
    );
  }
  const manager = managersOf(live).find((each) => each.startsWith(MANAGER));
  const reasons = strangeness(object, live, since);
  if (reasons.length === 0 && manager !== undefined) {
    const madeAt = time(metadata?.creationTimestamp);
    return { found: "own", id: idOf(live.metadata), madeAt, manager };
  }
  return blocked(
    `was not created by the killed run: it ${reasons.join(", and ")}`,
    `it is left as it is: rename the stack's object, or delete this one if nobody needs it, and ${AGAIN}`,
  );
}

function blocked(why: string, remedy: string): Outcome {
  return { found: "blocked", why, remedy };
}

/** The resource of the state that is this object, even if the engine is about to delete it. */
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
export function idOf({
  namespace,
  name = "",
}: Partial<Record<"namespace" | "name", string | undefined>> = {}): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** Why an object cannot be the one that the run requested. */
function strangeness(
  { metadata: { labels } }: ObjectInputs,
  object: KubernetesObject,
  since: string | undefined,
): string[] {
  const { metadata } = object;
  const expected = Object.entries({ ...labels, ...MADE_HERE });
  const lacking = expected.filter(([key, value]) => metadata?.labels?.[key] !== value);
  const lacks = lacking.map((label) => label.join("=")).join(", ");
  const managers = managersOf(object);
  const writers = [...new Set(managers)].join(", ") || "nobody";
  const madeAt = time(metadata?.creationTimestamp);
  const isOlder =
    since !== undefined && Date.parse(madeAt) + CLOCKS_MILLISECONDS < Date.parse(since);
  return [
    ...(lacks === "" ? [] : [`lacks the labels ${lacks}`]),
    ...(managers.some((manager) => manager.startsWith(MANAGER))
      ? []
      : [`was written by ${writers}, not by ${MANAGER}`]),
    ...(isOlder ? [`is of ${madeAt}, before that run`] : []),
  ];
}

/** Who wrote an object, except those that keep its status or its scale. */
function managersOf({ metadata }: KubernetesObject): string[] {
  return (metadata?.managedFields ?? [])
    .filter(({ subresource }) => subresource === undefined)
    .map(({ manager = "nobody" }) => manager);
}

function time(value: Date | string | undefined): string {
  return value === undefined ? "" : new Date(value).toISOString();
}
