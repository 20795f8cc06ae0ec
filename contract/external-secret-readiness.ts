import { z } from "zod";

import { type Of, word } from "./field.ts";

const shape = {
  namespace: word,
  /** Name of the ExternalSecret and of the Secret that it becomes. */
  name: word,
  /** `sha256:<64 hex>` over the ExternalSecret: Slipway waits again for a different one. */
  manifestHash: z.string(),
};

/** Form of {@link ExternalSecretReadinessInputs}. */
export const externalSecretReadinessInputs = z.object(shape).readonly();

/** Inputs of an `ExternalSecretReadiness`. */
export type ExternalSecretReadinessInputs = Of<typeof shape>;
