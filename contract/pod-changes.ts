import { z } from "zod";

import { word } from "./field.ts";

/** Arguments of the function `podChanges`. */
export const podChangesArgs = z.object({
  namespace: word,
  /** Name of the Deployment. */
  name: word,
});

/** What the function `podChanges` finds. */
export interface PodChanges {
  /** The live pod template, absent if there is no such Deployment. */
  readonly template?: object;
  /**
   * Fields of it that belong to kubectl alone, by the names on their way, e.g. `spec`, `containers`, `shop`, `env`, `DEBUG`:
   * the next apply removes those that the program does not have.
   */
  readonly byHand: readonly (readonly string[])[];
}
