import { z } from "zod";

import { count, type Of, word } from "./field.ts";

const shape = {
  namespace: word,
  /** Name of the HorizontalPodAutoscaler. */
  name: word,
  /** The number of pods. */
  replicas: count,
};

/** Form of {@link HeldAutoscaler}. */
export const heldAutoscaler = z.object(shape).readonly();

/** Arguments and answer of the function `holdAutoscaler`. */
export type HeldAutoscaler = Of<typeof shape>;
