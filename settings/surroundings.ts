import { homedir } from "node:os";
import { resolve } from "node:path";

/** What settings may refer to: the process they are read in. */
export interface Surroundings {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Where relative paths start: the folder of Pulumi.yaml. */
  readonly folder: string;
}

/** Of a path in the settings, for messages. */
export const FROM_PROJECT = "a relative one starts at the folder of Pulumi.yaml";

const REFERENCE = /\$\{([^}]*)\}/g;

/** The string with each `${NAME}` replaced by the environment variable, or the names of those that are not set. */
export function expand(
  text: string,
  { variables }: Surroundings,
): { text: string } | { unset: string[] } {
  const names = [...text.matchAll(REFERENCE)].map(([, name]) => name ?? "");
  const unset = [...new Set(names.filter((name) => (variables[name] ?? "") === ""))];
  if (unset.length > 0) {
    return { unset };
  }
  return { text: text.replace(REFERENCE, (_, name: string) => variables[name] ?? "") };
}

/** The absolute path that a setting means. */
export function absolute(path: string, { variables, folder }: Surroundings): string {
  return resolve(folder, path.replace(/^~(?=$|\/)/, variables["HOME"] ?? homedir()));
}
