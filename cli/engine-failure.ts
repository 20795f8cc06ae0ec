import { masked } from "../mask/mask.ts";
import { CommandFailure } from "./exit-code.ts";

/** What is told of an engine that could not do what it was asked, and what to do then. */
interface Remedy {
  readonly pattern: RegExp;
  readonly remedy: string;
}

const LOGIN = "run pulumi login, or set PULUMI_BACKEND_URL to where the state is kept";

const REMEDIES: readonly Remedy[] = [
  { pattern: /PULUMI_ACCESS_TOKEN must be set|not logged in|pulumi login/i, remedy: LOGIN },
  { pattern: /invalid access token|\[401\]|unauthorized/i, remedy: "run pulumi login again" },
  {
    pattern: /unable to open bucket|could not list bucket|read "?\.pulumi/i,
    remedy: `check PULUMI_BACKEND_URL and the access to it, or ${LOGIN}`,
  },
  {
    pattern: /passphrase/i,
    remedy: "set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE",
  },
  {
    pattern: /ENOENT/,
    remedy: "pulumi must be on the PATH: run npm ci, and the command as npx slipway",
  },
];

const ELSEWHERE = "see what it says when you run it by itself";

/** What Node says of the command before the command's own words. */
const FAILED = /^Command failed with [^:]*: (pulumi [a-z]+( [a-z]+)*)?/;

/** A command of the Automation API that failed: one line in place of its streams. Undefined for any other error. */
export function engineFailure(error: unknown): CommandFailure | undefined {
  const { commandResult } = error as { readonly commandResult?: { readonly stderr: string } };
  if (!(error instanceof Error) || commandResult === undefined) {
    return undefined;
  }
  const lines = commandResult.stderr.split("\n").map((line) => line.trim());
  const command = lines.map((line) => FAILED.exec(line)?.[1]).find(Boolean) ?? "pulumi";
  const words = lines.filter((line) => line !== "" && !FAILED.test(line));
  const errors = words.filter((line) => line.startsWith("error: "));
  const told = (errors.length > 0 ? errors : words).map((line) => line.replace(/^error: /, ""));
  const said = [...new Set(told)].join("; ");
  const { remedy } = REMEDIES.find(({ pattern }) => pattern.test(said)) ?? { remedy: ELSEWHERE };
  return new CommandFailure(masked(`${command} failed: ${said}; ${remedy}`));
}
