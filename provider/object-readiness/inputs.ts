import { z } from "zod";
import type { ObjectReadinessInputs } from "../../contract/object-readiness";
import { amount, count, faultsOf, flag, known, name, text, tolerances } from "../input-schema";
import { pathFault } from "../verdict/json-path";
import type { CheckFailure, Properties } from "../../wire/plugin";
import { isUnknown } from "../../wire/unknown";

const WORD = /^[A-Za-z][-\w./]*$/;

const path = known(
  z.string("must be a JSONPath").superRefine((value, context) => {
    const fault = pathFault(value);
    if (fault !== undefined) {
      context.addIssue({
        code: "custom",
        message: `must be a JSONPath, such as $.status.phase: ${fault}`,
      });
    }
  }),
);

const condition = z.strictObject({
  type: text(WORD, "a condition's type, such as Ready"),
  status: known(
    z.enum(["True", "False", "Unknown"], 'must be "True", "False" or "Unknown"'),
  ).optional(),
  reason: text(WORD, "a condition's reason").optional(),
});

const finding = z.strictObject({
  path,
  value: known(
    z.union([z.string(), z.number(), z.boolean()], "must be a text, a number or a boolean"),
  ).optional(),
});

const rule = known(
  z.unknown().superRefine((value, context) => {
    const isPath = typeof value === "object" && value !== null && "path" in value;
    for (const issue of (isPath ? finding : condition).safeParse(value).error?.issues ?? []) {
      context.addIssue({ code: "custom", message: issue.message, path: issue.path });
    }
  }),
);

const rules = known(
  z.strictObject({
    ready: rule.optional(),
    failed: rule.optional(),
    failedSeconds: amount.optional(),
    observedGeneration: path.optional(),
  }),
);

const inputs = z.strictObject({
  apiVersion: text(/^([a-z0-9.-]+\/)?v[a-z0-9]+$/, "an API version, such as batch/v1"),
  kind: text(/^[A-Z][A-Za-z0-9]*$/, "a kind, such as Job"),
  namespace: name.optional(),
  name,
  uid: text(/./, "the object's metadata.uid"),
  generation: amount.optional(),
  deadlineSeconds: count,
  rules: rules.optional(),
  warmupSeconds: count.optional(),
  tolerate: tolerances.optional(),
  logs: flag.optional(),
});

/** What is wrong with the inputs, each with the value got and what is allowed. Unknown values pass. */
export function checkInputs(news: Properties): CheckFailure[] {
  const { kind, apiVersion, rules } = news;
  const isDeployment = kind === "Deployment" && !isUnknown(apiVersion) && rules === undefined;
  return isDeployment
    ? [
        {
          property: "kind",
          reason:
            'kind: must be one that Slipway has rules for, got "Deployment"; await it by a Release or a Readiness, or give rules',
        },
      ]
    : faultsOf(inputs, news);
}

/**
 * The inputs of a real run, in which everything is known.
 * @throws Error for inputs that never passed `checkInputs`
 */
export function parseInputs(properties: Properties): ObjectReadinessInputs {
  const [failure] = checkInputs(properties);
  if (failure !== undefined) {
    throw new Error(failure.reason);
  }
  return properties as unknown as ObjectReadinessInputs;
}
