import type { z } from "zod";

import * as field from "./fields.ts";

const AND = new Intl.ListFormat("en-GB");

/** How the settings say what numbers, decisions and groups look like. */
export const dialect = {
  number: field.wholeNumber,
  choice: field.choice,
  group: (shape: z.ZodRawShape) => field.mapping(shape, AND.format(Object.keys(shape))),
};
