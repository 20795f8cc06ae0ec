import type { PodChanges, PodChangesArgs } from "../../contract/pod-changes.ts";
import { DELIVERING_TYPES } from "../../contract/workload-kind.ts";
import { valueAt } from "../../wire/property-path.ts";
import { differences } from "./difference.ts";
import { containsSecret } from "./secret.ts";
import { compare, type Step } from "./step.ts";
import { templatePath } from "./template-path.ts";

/** More names of one cluster's making say nothing more. */
const MOST_NAMES = 20;

/**
 * What to ask the cluster about the pods of a Deployment.
 *
 * @returns undefined if its dry run is unknown, or holds what only the engine knows
 */
export function questionOf({ type, action, after, planned }: Step): PodChangesArgs | undefined {
  const path = templatePath(after);
  const [declared, next] = [valueAt(after, path), valueAt(planned, path)];
  const isDryRun = typeof valueAt(planned, ["metadata", "uid"]) === "string";
  if (action !== "update" || !isDryRun || containsSecret(next) || containsSecret(declared)) {
    return undefined;
  }
  const kind = DELIVERING_TYPES.get(type);
  const { name, namespace } = after?.["metadata"] as { name: string; namespace: string };
  return {
    namespace,
    name,
    ...(kind !== undefined && kind !== "Deployment" && { kind }),
    declared: declared as PodChangesArgs["declared"],
    planned: next as PodChangesArgs["planned"],
  };
}

/**
 * What differs between the pods that run and those that an apply ends in.
 *
 * @returns undefined if the cluster was not asked, or has no such pods: then the inputs are all that is known
 */
export function liveDifferences(found: PodChanges | undefined): readonly string[] | undefined {
  return found?.present === undefined
    ? undefined
    : differences(alike(found.present), alike(found.next)).slice(0, MOST_NAMES);
}

/** Without nulls, which the engine does not know, and with the fields in one order. */
function alike(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(alike);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const known = Object.entries(value)
    .filter(([, field]) => field !== null)
    .sort(([one], [other]) => compare(one, other));
  return Object.fromEntries(known.map(([key, field]) => [key, alike(field)]));
}
