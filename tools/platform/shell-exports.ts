import { join } from "node:path";
import { craneFolder } from "../go/crane.ts";
import { CHECKOUT } from "./folders.ts";

/**
 * Variables as lines for a POSIX shell to evaluate. The shell's own PATH stays, with the checkout's
 * tools put before it and crane after it, since npm has changed the PATH that this process sees.
 */
export function shellExports(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${name === "PATH" ? path() : quoted(value)}`)
    .join("\n");
}

function path(): string {
  return `${quoted(join(CHECKOUT, "node_modules/.bin"))}:"$PATH":${quoted(craneFolder())}`;
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
