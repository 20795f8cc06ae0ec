import { z } from "zod";

import { type Of, text, word } from "./field.ts";

const failure = { member: word, reason: word };

/** The member for which a group has failed, and its reason. */
export type GroupFailure = Of<typeof failure>;

const shape = {
  /** Name of the group, as in the settings. */
  name: word,
  /** The id of what its members are asked for together: 12 hex digits. */
  set: text(/^[0-9a-f]{12}$/, "12 hex digits"),
  /** Its members, in the order of their delivery. */
  members: z.array(word).readonly(),
  /**
   * The member that has failed: what this run has changed of the others is taken back.
   * @default - none has
   */
  failed: z.strictObject(failure).readonly().exactOptional(),
};

/** A group as each of its members is proved in it. */
export type GroupInputs = Of<typeof shape>;

/** Form of {@link GroupInputs}. */
export const groupInputs: z.ZodType<GroupInputs> = z.strictObject(shape).readonly();
