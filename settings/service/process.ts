import { type Fault, faultIf, got, under } from "../fault.ts";
import { fieldsOf, listOf, type Mapping } from "../mapping.ts";
import { containersIn, textFaults } from "../variables.ts";

/** Where a container has command lines; only a service has migrations. */
const LINES = [["command"], ["args"], ["migrate", "command"]] as const;

/** What is wrong with the command lines of the services, and of the containers beside them. */
export function processFaults(raw: Mapping): Fault[] {
  return containersIn(raw).flatMap(({ path, fields, variables }) =>
    under(
      path,
      LINES.flatMap((line) => {
        const written = line.length === 1 ? fields[line[0]] : fieldsOf(fields[line[0]])[line[1]];
        const list = listOf(written);
        return list.flatMap((word, index) => [
          ...textFaults([...line, index], word, variables),
          ...(index === 0 && line.at(-1) === "command" ? programFaults([...line, 0], word) : []),
        ]);
      }),
    ),
  );
}

/** The first word of a command is a program: one with arguments is a command line, which only a shell would read. */
function programFaults(path: Fault["path"], word: unknown): Fault[] {
  const text = typeof word === "string" ? word : "";
  const isLine = /^[^\s/]\S*\s/.test(text) || (text.trim() !== "" && /[\n\r]/.test(text));
  const remedy = `allowed: the name or path of a program, its arguments as items of their own; write ${JSON.stringify(text.trim().split(/\s+/))}, or [/bin/sh, -c, …] for what a shell would do`;
  return faultIf(isLine, path, got(word, remedy));
}
