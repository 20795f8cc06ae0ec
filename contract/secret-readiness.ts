import { z } from "zod";

import { type Of, texts, word } from "./field.ts";
import { sealingController } from "./sealed-values.ts";

const shape = {
  namespace: word,
  /** Name of the SealedSecret and of the Secret that it becomes. */
  name: word,
  /** `sha256:<64 hex>` over the SealedSecret: Slipway waits again for a different one. */
  manifestHash: z.string(),
  /** By key of the Secret: see `SealedValues`. */
  digests: texts,
  /** Secret. */
  digestKey: z.string(),
  controller: sealingController,
};

/** Form of {@link SecretReadinessInputs}. */
export const secretReadinessInputs = z.object(shape).readonly();

/** Inputs of a `SecretReadiness`. */
export type SecretReadinessInputs = Of<typeof shape>;
