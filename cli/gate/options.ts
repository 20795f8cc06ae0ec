import { Argument, InvalidArgumentError } from "commander";

import { LABEL } from "../../contract/names.ts";

/** Who signs. */
export interface KeyOptions {
  readonly key?: string;
}

/** The option of {@link KeyOptions}. */
export const KEY_OPTION = [
  "--key <key>",
  "sign with cosign by this key: a file, or the address of a key elsewhere such as awskms://…",
] as const;

/** The name of a gate. */
export const GATE = () =>
  new Argument("<gate>", "name of the gate, as in promoteFrom.gates").argParser(gateName);

function gateName(text: string): string {
  if (LABEL.test(text)) {
    return text;
  }
  throw new InvalidArgumentError(
    `got "${text}"; allowed: 1 to 63 lower-case letters, digits and hyphens, beginning with a letter`,
  );
}
