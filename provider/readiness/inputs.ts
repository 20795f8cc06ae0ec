import { z } from "zod";
import type { ReadinessInputs } from "../../contract/readiness";
import { count, faultsOf, flag, known, name, text, tolerances } from "../input-schema";
import type { CheckFailure, Properties } from "../../wire/plugin";

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
  timeoutSeconds: count.optional(),
  warmupSeconds: count.optional(),
  tolerate: tolerances.optional(),
  logs: flag.optional(),
  rollback: flag.optional(),
  failsLate: flag.optional(),
});

/** What is wrong with the inputs, each with the value got and what is allowed. Unknown values pass. */
export function checkInputs(news: Properties): CheckFailure[] {
  return faultsOf(inputs, news);
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
