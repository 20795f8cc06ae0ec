import { z } from "zod";

import type { ProcessDefinition } from "../../components/service/process.ts";
import type { ShapeOf } from "../../contract/field.ts";
import { type Fault, faultIf, got, under } from "../fault.ts";
import * as field from "../fields.ts";
import { fieldsOf, type Mapping } from "../mapping.ts";
import { expansionFaults, literalFaults, variableNames } from "../variables.ts";

const WORDS = ["command", "args"] as const;

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

const words = z
  .array(
    z.union([field.scalar, field.expansion], {
      error: "allowed: a string, a number, true, false, or {expand: text with $(NAME)}",
    }),
    {
      error: ({ input }) =>
        `allowed: ${LIST}${typeof input === "string" ? `; for what a shell would do, [/bin/sh, -c, ${JSON.stringify(input)}]` : ""}`,
    },
  )
  .min(1, { error: `allowed: ${LIST}; remove the key to run what the image says` });

/** What is wrong with the command line of each service. */
export function processFaults(raw: Mapping): Fault[] {
  const credentials = fieldsOf(raw["credentials"]);
  return Object.entries(fieldsOf(raw["services"])).flatMap(([name, written]) => {
    const service = fieldsOf(written);
    const names = variableNames(service, credentials);
    return under(
      ["services", name],
      WORDS.flatMap((key) => {
        const list: readonly unknown[] = Array.isArray(service[key]) ? service[key] : [];
        return list.flatMap((word, index) => wordFaults([key, index], word, names));
      }),
    );
  });
}

function wordFaults(path: Fault["path"], word: unknown, names: ReadonlySet<string>): Fault[] {
  return typeof word === "string"
    ? [...literalFaults(path, word, names), ...programFaults(path, word)]
    : expansionFaults(path, word, names);
}

/** The first word of a command is a program: one with arguments is a command line, which only a shell would read. */
function programFaults(path: Fault["path"], word: string): Fault[] {
  const [key, index] = path;
  const isLine = key === "command" && index === 0 && /^[^\s/]\S*\s/.test(word);
  const remedy = `allowed: the name or path of a program, its arguments as items of their own; write ${JSON.stringify(word.split(/\s+/))}, or [/bin/sh, -c, …] for what a shell would do`;
  return faultIf(isLine, path, got(word, remedy));
}
