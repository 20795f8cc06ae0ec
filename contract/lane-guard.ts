import { z } from "zod";

import { type Of, word } from "./field.ts";

const shape = {
  /** Of the services. */
  namespace: word,
  /** What the lanes ask of the cluster: lines about each object, by its kind and name. */
  lanes: z.record(z.string(), z.array(z.string()).readonly()).readonly(),
};

/** Form of {@link LaneGuardInputs}. */
export const laneGuardInputs = z.object(shape).readonly();

/** Inputs of a `LaneGuard`. */
export type LaneGuardInputs = Of<typeof shape>;
