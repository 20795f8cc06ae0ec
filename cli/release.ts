import type { ReleaseRecord } from "../contract/release-record";
import { CommandFailure, EXIT_CODE } from "./exit-code";
import type { CommonOptions } from "./options";
import type { ProjectStack } from "./project-stack";

/** What `requireReady` ends a run with. */
const RELEASES_FAILED = /releases? failed: /;
/** What the next run stumbles over after one that was killed. */
const LEFT_BEHIND = /already exists|interrupted while creating|stack is currently locked/;

type Records = Readonly<Record<string, ReleaseRecord>>;

/**
 * Runs `pulumi up` and waits for the verdicts.
 *
 * @returns the records of the releases, all of them ready
 * @throws CommandFailure where it did not end well, with the exit code that says what became of the releases
 */
export async function release(stack: ProjectStack, { json }: CommonOptions): Promise<Records> {
  const out = json === true ? process.stderr : process.stdout;
  const { succeeded, said } = await stack.up((text) => void out.write(text));
  if (succeeded) return (await stack.outputs()).releases;
  if (!RELEASES_FAILED.test(said)) {
    const remedy = `; if an earlier run was killed, run npx slipway recover --stack ${stack.name}`;
    throw new CommandFailure(
      `pulumi up failed; what it said is above${LEFT_BEHIND.test(said) ? remedy : ""}`,
    );
  }
  throw failureOf((await stack.outputs()).releases);
}

/** What became of releases that failed: whether each has made way for one that is ready. */
export function failureOf(releases: Records): CommandFailure {
  const failed = Object.entries(releases).filter(([, { verdict }]) => verdict === "failed");
  const names = failed.map(([name, { reason }]) => `${name} (${reason ?? "no reason"})`).join(", ");
  return failed.every(([, { running }]) => running?.verdict === "ready")
    ? new CommandFailure(
        `failed and rolled back: ${names}; what ran before runs again`,
        EXIT_CODE.rolledBack,
      )
    : new CommandFailure(
        `failed: ${names}; see why with npx slipway status`,
        EXIT_CODE.releaseFailed,
      );
}
