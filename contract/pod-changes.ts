import { z } from "zod";

import { type Of, word } from "./field.ts";
import { OTHER_KINDS } from "./workload-kind.ts";

const template = z.record(z.string(), z.unknown());

const shape = {
  namespace: word,
  /** Name of the Deployment, or of what is in its place. */
  name: word,
  /** @default - a Deployment */
  kind: z.enum(OTHER_KINDS).exactOptional(),
  /** The pod template that the program has. */
  declared: template,
  /** The one that the dry run of an apply ends in. */
  planned: template,
};

/** Form of {@link PodChangesArgs}. */
export const podChangesArgs = z.object(shape);

/** Arguments of the function `podChanges`. */
export type PodChangesArgs = Of<typeof shape>;

/** What the function `podChanges` finds: pod templates with the API server's defaults. */
export interface PodChanges {
  /** Absent if there is no such Deployment. */
  readonly present?: object;
  readonly next: object;
}
