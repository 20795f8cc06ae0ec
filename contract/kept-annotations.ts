import { z } from "zod";

import { type Of, word } from "./field.ts";

const shape = {
  namespace: word,
  /** Name of the Deployment. */
  name: word,
};

/** Form of {@link KeptAnnotations}. */
export const keptAnnotations = z.object(shape).readonly();

/** Arguments and answer of the function `keepAnnotations`. */
export type KeptAnnotations = Of<typeof shape>;
