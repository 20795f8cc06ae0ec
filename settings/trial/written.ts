import { parseDocument } from "yaml";

import { faultsError } from "../../components/faults-error.ts";
import { faultLine } from "../fault.ts";
import { LIKE_THE_ENGINE, servicesIn } from "../services-file.ts";
import { stackFile } from "../stack-file.ts";
import type { Surroundings } from "../surroundings.ts";
import { fieldsOf, type Mapping } from "../mapping.ts";
import { unquoted } from "../unquoted.ts";

const PREFIX = "slipway:";

/** The file of a stack, as it is written. */
export interface WrittenStack {
  /** Settings of the program by key without `slipway:`; secrets as they are encrypted. */
  readonly own: Mapping;
  /** Settings of anybody else by key, such as `docker:host`. */
  readonly others: Mapping;
  /** How its secrets are encrypted. */
  readonly encryption: Mapping;
}

/**
 * The settings of a stack as its file has them, undefined if there is no such file.
 *
 * @throws RunError if it is not YAML, or its services are in a file that cannot be read
 */
export function writtenStack(stack: string, surroundings: Surroundings): WrittenStack | undefined {
  const text = stackFile(surroundings.folder, stack);
  return text === undefined ? undefined : writtenIn(text, `Pulumi.${stack}.yaml`, surroundings);
}

/** The same of a text. */
function writtenIn(text: string, file: string, surroundings: Surroundings): WrittenStack {
  const document = parseDocument(text, LIKE_THE_ENGINE);
  const [error] = document.errors;
  if (error !== undefined) {
    throw faultsError([`${file} is not YAML (${error.message.split("\n")[0] ?? ""}); mend it`], "");
  }
  const { config, ...encryption } = fieldsOf(document.toJS(LIKE_THE_ENGINE));
  const entries = Object.entries(fieldsOf(config));
  const own = entries
    .filter(([key]) => key.startsWith(PREFIX))
    .map(([key, value]) => [key.slice(PREFIX.length), unquoted(value)] as const);
  const all = Object.fromEntries(own);
  const { services, faults } = servicesIn(all["services"], surroundings);
  if (faults.length > 0) {
    throw faultsError(faults.map(faultLine), `faults in ${file}`);
  }
  return {
    own: { ...all, ...(services !== undefined && { services }) },
    others: Object.fromEntries(entries.filter(([key]) => !key.startsWith(PREFIX))),
    encryption,
  };
}

/** Whether a setting is encrypted. */
export function isEncrypted(value: unknown): boolean {
  return fieldsOf(value)["secure"] !== undefined;
}
