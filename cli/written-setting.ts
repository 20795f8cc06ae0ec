import { type Fault, faultLine } from "../settings/fault.ts";
import { unquoted } from "../settings/unquoted.ts";
import { badInput, type CommandFailure } from "./exit-code.ts";

/** Where a stack's settings are. */
export interface StackSettings {
  readonly folder: string;
  /** A setting in clear, mappings as JSON; undefined if there is none. */
  setting(key: string): Promise<string | undefined>;
}

/** A setting as it was written; undefined if there is none. */
export async function writtenSetting(stack: StackSettings, key: string): Promise<unknown> {
  return unquoted(await stack.setting(key));
}

/** What ends a command whose settings have faults: a line for each. */
export function badSettings(faults: readonly Fault[]): CommandFailure {
  return badInput([...new Set(faults.map(faultLine))].join("\n  "));
}
