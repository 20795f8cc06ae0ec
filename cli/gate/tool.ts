import { execFile } from "node:child_process";
import { basename } from "node:path";

import { plain } from "../../mask/plain.ts";

/** What is known of the tool that has run. */
export interface Tool {
  readonly name: string;
  readonly version?: string;
  /** Of the file that was run. */
  readonly digest?: string;
  /** ISO 8601. */
  readonly databaseDate?: string;
}

/** Tools that are asked for their version. Any other might do again what it has done. */
const ASKED: ReadonlySet<string> = new Set([
  "checkov",
  "eslint",
  "grype",
  "jest",
  "node",
  "npm",
  "opengrep",
  "pytest",
  "semgrep",
  "sonar-scanner",
  "syft",
  "trivy",
]);

/** Options that lead to the database that was used. */
const PLACES = ["--cache-dir"];

const ANSWER_MILLISECONDS = 20_000;
const ANSWER_BYTES = 64 * 1024;
const VERSION = /\bv?(\d+\.[\w.+-]{1,60})/;
const DATABASE =
  /Vulnerability DB:[^]{0,200}?UpdatedAt:\s*(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})/;

/** The tool that a command runs, with what it says of itself if it may be asked. */
export async function toolOf([program = "", ...args]: readonly string[]): Promise<Tool> {
  const name = basename(program);
  if (!ASKED.has(name)) {
    return { name };
  }
  const said = plain(await answer(program, ["--version", ...placesIn(args)]));
  const version = VERSION.exec(said)?.[1];
  const [, day, time] = DATABASE.exec(said) ?? [];
  return {
    name,
    ...(version !== undefined && { version }),
    ...(day !== undefined && { databaseDate: `${day}T${time ?? ""}Z` }),
  };
}

function placesIn(args: readonly string[]): string[] {
  return args.flatMap((arg, index) => {
    const isPlace = PLACES.some((place) => arg.startsWith(`${place}=`));
    const next = args[index + 1];
    return isPlace ? [arg] : PLACES.includes(arg) && next !== undefined ? [arg, next] : [];
  });
}

function answer(program: string, args: readonly string[]): Promise<string> {
  const options = { timeout: ANSWER_MILLISECONDS, maxBuffer: ANSWER_BYTES };
  return new Promise((resolve) => {
    execFile(program, [...args], options, (error, stdout) => {
      resolve(error === null ? stdout : "");
    });
  });
}
