import { type Fault, faultIf, got, under } from "../fault.ts";
import type { Mapping } from "../mapping.ts";
import { containersIn, textFaults } from "../variables.ts";

const WORDS = ["command", "args"] as const;

/** What is wrong with the command lines of the services, and of the containers beside them. */
export function processFaults(raw: Mapping): Fault[] {
  return containersIn(raw).flatMap(({ path, fields, variables }) =>
    under(
      path,
      WORDS.flatMap((key) => {
        const list: readonly unknown[] = Array.isArray(fields[key]) ? fields[key] : [];
        return list.flatMap((word, index) => [
          ...textFaults([key, index], word, variables),
          ...programFaults([key, index], word),
        ]);
      }),
    ),
  );
}

/** The first word of a command is a program: one with arguments is a command line, which only a shell would read. */
function programFaults(path: Fault["path"], word: unknown): Fault[] {
  const [key, index] = path;
  const text = typeof word === "string" ? word : "";
  const isLine = key === "command" && index === 0 && /^[^\s/]\S*\s/.test(text);
  const remedy = `allowed: the name or path of a program, its arguments as items of their own; write ${JSON.stringify(text.split(/\s+/))}, or [/bin/sh, -c, …] for what a shell would do`;
  return faultIf(isLine, path, got(word, remedy));
}
