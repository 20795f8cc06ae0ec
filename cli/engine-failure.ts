import { masked } from "../mask/mask.ts";
import { CommandFailure } from "./exit-code.ts";

const LOGIN = "run pulumi login, or set PULUMI_BACKEND_URL to where the state is kept";

/** What to do, by what the engine says of a command that failed; the last is for all that is not known. */
const REMEDIES = [
  [/PULUMI_ACCESS_TOKEN must be set|not logged in|pulumi login/i, LOGIN],
  [/invalid access token|\[401\]|unauthorized/i, "run pulumi login again"],
  [
    /unable to open (bucket|state)|could not list bucket|read "?\.pulumi/i,
    `check PULUMI_BACKEND_URL and the access to it, or ${LOGIN}`,
  ],
  [/passphrase/i, "set PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE"],
  [/ENOENT/, "pulumi must be on the PATH: run npm ci, and the command as npx slipway"],
  [/^/, "see what it says when you run it by itself"],
] as const;

/** What Node says of the command before the command's own words. */
const FAILED = /^Command failed with [^:]*: (pulumi [a-z]+( [a-z]+)*)?/;

/** A command of the Automation API that failed: one line instead of its streams. Undefined for any other error. */
export function engineFailure(error: unknown): CommandFailure | undefined {
  const { commandResult } = error as { readonly commandResult?: { readonly stderr: string } };
  if (!(error instanceof Error) || commandResult === undefined) {
    return undefined;
  }
  const lines = commandResult.stderr.split("\n").map((line) => line.trim());
  const command = lines.map((line) => FAILED.exec(line)?.[1]).find(Boolean) ?? "pulumi";
  const words = lines.filter((line) => line !== "" && !FAILED.test(line));
  const errors = words.filter((line) => line.startsWith("error: "));
  const reasons = (errors.length > 0 ? errors : words).map((line) => line.replace(/^error: /, ""));
  const said = [...new Set(reasons)].join("; ");
  const remedy = REMEDIES.find(([pattern]) => pattern.test(said))?.[1] ?? "";
  return new CommandFailure(masked(`${command} failed: ${said}; ${remedy}`));
}
