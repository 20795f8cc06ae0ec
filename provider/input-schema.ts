import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import type { CheckFailure, Properties } from "../wire/plugin.ts";
import { valueAt } from "../wire/property-path.ts";
import { isUnknown } from "../wire/unknown.ts";

/** What is wrong with inputs, each with the value got and what is allowed. Unknown values pass. */
export function faultsOf(schema: z.ZodType, news: Properties): CheckFailure[] {
  return issuesOf(schema, news).map(({ path, message }) => faultAt(news, path, message));
}

/** The same without the values, which may be secrets. */
export function silentFaultsOf(schema: z.ZodType, news: Properties): CheckFailure[] {
  return issuesOf(schema, news).map(({ path, message }) => {
    const property = path.join(".");
    return { property, reason: `${property || "inputs"}: ${message}` };
  });
}

/** A fault of one input, with the value got. */
export function faultAt(
  news: Properties,
  path: readonly PropertyKey[],
  message: string,
): CheckFailure {
  const property = path.join(".");
  const value = valueAt(news, path);
  const got = value === undefined ? "nothing" : JSON.stringify(value);
  return { property, reason: `${property || "inputs"}: ${message}, got ${got}` };
}

/**
 * Paths of the inputs that differ from those before, down to the fields of objects: what is compared is small, and its
 * keys have no dots.
 */
export function changedPaths(olds: Properties, news: Properties): string[] {
  const keys = [...new Set([...Object.keys(olds), ...Object.keys(news)])];
  return keys
    .filter((key) => !isDeepStrictEqual(olds[key], news[key]))
    .flatMap((key) => {
      const [old, present] = [olds[key], news[key]];
      return isPlain(old) && isPlain(present)
        ? changedPaths(old, present).map((path) => `${key}.${path}`)
        : [key];
    });
}

function isPlain(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The inputs of a real run, in which everything is known.
 *
 * @throws Error without the values, for inputs that never passed a check
 */
export function parsed<Inputs>(schema: z.ZodType<Inputs>, properties: Properties): Inputs {
  const { data, success, error } = schema.safeParse(properties);
  if (success) {
    return data;
  }
  throw new Error(silentFaultsOf(schema, properties)[0]?.reason ?? error.message);
}

/** What a schema finds, except in what is not known yet. */
function issuesOf(schema: z.ZodType, news: Properties): readonly z.core.$ZodIssue[] {
  const issues = schema.safeParse(news).error?.issues ?? [];
  const isKnown = (path: readonly PropertyKey[]): boolean =>
    !path.some((_, index) => isUnknown(valueAt(news, path.slice(0, index + 1))));
  return issues.filter(({ path }) => isKnown(path));
}
