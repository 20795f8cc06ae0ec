import { z } from "zod";
import type { CheckFailure, Properties } from "../wire/plugin";
import { containsUnknown, isUnknown } from "../wire/unknown";

/** Kubernetes' rule for the names of most objects. */
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** A Kubernetes object's name. */
export const name = text(NAME, "a Kubernetes object's name: lower-case letters, digits, - and .");

/** A number of things of which there is at least one. */
export const count = known(
  z.number("must be a number").int("must be a whole number").min(1, "must be at least 1"),
);

/** A number of things of which there may be none. */
export const amount = known(
  z.number("must be a number").int("must be a whole number").min(0, "must be at least 0"),
);

/** A choice between two. */
export const flag = known(z.boolean("must be true or false"));

/** What pods are given time for: see `Tolerances`. */
export const tolerances = known(
  z.strictObject({
    restarts: amount.optional(),
    unschedulableSeconds: amount.optional(),
    registrySeconds: amount.optional(),
  }),
);

/** A text of this form. */
export function text(pattern: RegExp, allowed: string) {
  return known(z.string(`must be ${allowed}`).regex(pattern, `must be ${allowed}`));
}

/** A value of the schema, or one that the engine does not know yet. */
export function known(schema: z.ZodType) {
  return z.unknown().superRefine((value, context) => {
    if (isUnknown(value)) {
      return;
    }
    for (const issue of schema.safeParse(value).error?.issues ?? []) {
      context.addIssue({ code: "custom", message: issue.message, path: issue.path });
    }
  });
}

/** What is wrong with inputs, each with the value got and what is allowed. Unknown values pass. */
export function faultsOf(schema: z.ZodType, news: Properties): CheckFailure[] {
  const { error } = schema.safeParse(news);
  return (error?.issues ?? []).map(({ path, message }) => ({
    property: path.join("."),
    reason: `${path.join(".") || "inputs"}: ${message}, got ${shown(valueAt(news, path))}`,
  }));
}

/** The same without the values, which may be secrets. Inputs of which something is unknown yet pass as a whole. */
export function silentFaultsOf(schema: z.ZodType, news: Properties): CheckFailure[] {
  const issues = containsUnknown(news) ? [] : (schema.safeParse(news).error?.issues ?? []);
  return issues.map(({ path, message }) => {
    const property = path.join(".");
    return { property, reason: `${property || "inputs"}: ${message}` };
  });
}

function shown(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}

function valueAt(properties: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Readonly<Record<PropertyKey, unknown>> | undefined)?.[key],
    properties,
  );
}
