import type { PodChanges } from "../../contract/pod-changes.ts";
import { valueAt } from "../../wire/property-path.ts";
import { differences, fieldsOf } from "./difference.ts";
import { containsSecret } from "./secret.ts";
import { compare, type Step } from "./step.ts";

/** More names of one cluster's making say nothing more. */
const MOST_NAMES = 20;

const TEMPLATE = ["spec", "template"];

/**
 * What differs between the pods that run and those that the API server's dry run ends in, and what somebody has added
 * with kubectl, which the dry run shows as if it stayed.
 *
 * @returns undefined if the API server has not said: then the inputs are all that is known
 */
export function liveDifferences(
  { planned, after }: Pick<Step, "planned" | "after">,
  { template, byHand }: PodChanges,
): readonly string[] | undefined {
  const next = valueAt(planned, TEMPLATE);
  const isDryRun = typeof valueAt(planned, ["metadata", "uid"]) === "string";
  if (!isDryRun || template === undefined || next === undefined || containsSecret(next)) {
    return undefined;
  }
  const removed = byHand.filter((path) => !has(valueAt(after, TEMPLATE), path));
  const named = removed.map((path) => path.join("."));
  const found = [...differences(alike(template), alike(next)), ...named];
  return [...new Set(found)].slice(0, MOST_NAMES);
}

function has(value: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) {
    return true;
  }
  const fields = fieldsOf(value);
  return fields !== undefined && name in fields && has(fields[name], rest);
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
