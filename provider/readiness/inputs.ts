import { z } from "zod";
import type { ReadinessInputs } from "../../contract";
import type { CheckFailure, Properties } from "../wire/plugin";
import { isUnknown } from "../wire/unknown";

/** Kubernetes' rule for the names of most objects. */
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

const name = text(NAME, "a Kubernetes object's name: lower-case letters, digits, - and .");
const count = known(
  z.number("must be a number").int("must be a whole number").min(1, "must be at least 1"),
);
const amount = known(
  z.number("must be a number").int("must be a whole number").min(0, "must be at least 0"),
);
const flag = known(z.boolean("must be true or false"));

const inputs = z.strictObject({
  service: text(/./, "the service's name, as in the settings"),
  namespace: name,
  deployment: known(
    z.strictObject({
      name,
      uid: text(/./, "the Deployment's metadata.uid"),
      generation: count,
    }),
  ),
  image: text(/^[^@\s]+@sha256:[0-9a-f]{64}$/, "repository@sha256:<64 hex digits>"),
  serviceName: name,
  ingress: known(z.strictObject({ name, awaitAddress: flag })).optional(),
  manifestHash: text(/^sha256:[0-9a-f]{64}$/, "sha256:<64 hex digits>"),
  commit: text(/./, "the commit's hash").optional(),
  dirty: flag,
  deadlineSeconds: count,
  warmupSeconds: count.optional(),
  tolerate: known(
    z.strictObject({
      restarts: amount.optional(),
      unschedulableSeconds: amount.optional(),
      registrySeconds: amount.optional(),
    }),
  ).optional(),
  logs: flag.optional(),
  rollback: flag.optional(),
  failsLate: flag.optional(),
});

/** What is wrong with the inputs, each with the value got and what is allowed. Unknown values pass. */
export function checkInputs(news: Properties): CheckFailure[] {
  const { error } = inputs.safeParse(news);
  return (error?.issues ?? []).map(({ path, message }) => ({
    property: path.join("."),
    reason: `${path.join(".") || "inputs"}: ${message}, got ${shown(valueAt(news, path))}`,
  }));
}

/**
 * The inputs of a real run, in which everything is known.
 * @throws Error for inputs that never passed `checkInputs`
 */
export function parseInputs(properties: Properties): ReadinessInputs {
  const [failure] = checkInputs(properties);
  if (failure !== undefined) {
    throw new Error(failure.reason);
  }
  return properties as unknown as ReadinessInputs;
}

/** A value of the schema, or one that the engine does not know yet. */
function known(schema: z.ZodType) {
  return z.unknown().superRefine((value, context) => {
    if (isUnknown(value)) {
      return;
    }
    for (const issue of schema.safeParse(value).error?.issues ?? []) {
      context.addIssue({ code: "custom", message: issue.message, path: issue.path });
    }
  });
}

function text(pattern: RegExp, allowed: string) {
  return known(z.string(`must be ${allowed}`).regex(pattern, `must be ${allowed}`));
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
