import { z } from "zod";

import { WITHIN } from "../fault.ts";

/**
 * A value of several forms. Unlike with a plain union, a fault is told of the form that it was written in, and of the first one if
 * it was written in none.
 */
export function either<const Forms extends readonly [z.ZodType, ...z.ZodType[]]>(...forms: Forms) {
  return z.union(forms, { error: WITHIN });
}
