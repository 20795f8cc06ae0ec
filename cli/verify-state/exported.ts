import { pulumiOutput } from "../pulumi-output.ts";

/** More than {@link parseStateText} takes, so that it is what refuses a state. */
const ANSWER_BYTES = 512 * 1024 * 1024;

/**
 * The state of a stack as the engine's backend has it. The engine starts no plugin for an export, opens no secrets
 * provider, and takes the same file that it would run with.
 *
 * @throws CommandFailure with what the engine says
 */
export function exportedState(folder: string, stack: string): Promise<string> {
  return pulumi(folder, "stack", "export", "--stack", stack);
}

/** The stack that is selected. */
export async function selectedStack(folder: string): Promise<string> {
  return (await pulumi(folder, "stack", "--show-name")).trim();
}

function pulumi(folder: string, ...args: readonly string[]): Promise<string> {
  return pulumiOutput({ command: "pulumi", args, folder, bytes: ANSWER_BYTES });
}
