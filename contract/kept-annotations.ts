import { z } from "zod";

import { type Of, word } from "./field.ts";
import { OTHER_KINDS } from "./workload-kind.ts";

const shape = {
  namespace: word,
  /** Name of the Deployment, or of what is in its place. */
  name: word,
  /** @default - a Deployment */
  kind: z.enum(OTHER_KINDS).exactOptional(),
};

/** Form of {@link KeptAnnotations}. */
export const keptAnnotations = z.object(shape).readonly();

/** Arguments and answer of the function `keepAnnotations`. */
export type KeptAnnotations = Of<typeof shape>;
