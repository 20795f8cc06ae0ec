import { z } from "zod";
import type { AccessProofInputs } from "../../contract/access-proof";
import { silentFaultsOf } from "../input-schema";
import type { CheckFailure, Properties } from "../../wire/plugin";

const text = z.string().min(1);
const right = z.object({
  verb: text,
  group: z.string(),
  resource: text,
  subresource: text.optional(),
  name: text.optional(),
  namespace: text.optional(),
});
const schema = z.object({
  identities: z
    .array(
      z.object({
        user: text,
        groups: z.array(text).optional(),
        needed: z.array(right),
        forbidden: z.array(right),
      }),
    )
    .min(1),
  manifestHash: text.optional(),
});

/** What is wrong with the inputs; what is not known yet passes. */
export function checkInputs(news: Properties): CheckFailure[] {
  return silentFaultsOf(schema, news);
}

/**
 * The inputs of a real run, in which everything is known.
 * @throws Error for inputs that never passed `checkInputs`
 */
export function parseInputs(properties: Properties): AccessProofInputs {
  return schema.parse(properties) as AccessProofInputs;
}
