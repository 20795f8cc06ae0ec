import { z } from "zod";

import type { ProcessDefinition } from "../../components/service/process.ts";
import type { ShapeOf } from "../../contract/field.ts";
import * as field from "../fields.ts";
import { expansion } from "./variables.ts";

const LIST = "a list of strings, one for each word, such as [npm, run, worker]";

/** What a container runs. */
export function processShape() {
  return {
    command: words.exactOptional(),
    args: words.exactOptional(),
    workingDir: field
      .text(
        /^\/(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^\0\n]*$/,
        "the absolute path of a folder inside the container such as /srv/app",
      )
      .exactOptional(),
  } satisfies ShapeOf<ProcessDefinition>;
}

/** The words of a command line. */
export const words = z
  .array(
    z.union([field.argument, expansion], {
      error: "allowed: a string, a number, true, false, or {expand: text with $(NAME)}",
    }),
    {
      error: ({ input }) =>
        `allowed: ${LIST}${typeof input === "string" ? `; for what a shell would do, [/bin/sh, -c, ${JSON.stringify(input)}]` : ""}`,
    },
  )
  .min(1, { error: `allowed: ${LIST}; remove the key to run what the image says` });
