import { parse } from "yaml";

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
 * @throws Error if it is not YAML
 */
export function writtenStack(stack: string, surroundings: Surroundings): WrittenStack | undefined {
  const text = stackFile(surroundings.folder, stack);
  return text === undefined ? undefined : writtenIn(text, surroundings);
}

/** The same of a text. */
function writtenIn(text: string, surroundings: Surroundings): WrittenStack {
  const { config, ...encryption } = fieldsOf(parse(text, LIKE_THE_ENGINE));
  const entries = Object.entries(fieldsOf(config));
  const own = entries
    .filter(([key]) => key.startsWith(PREFIX))
    .map(([key, value]) => [key.slice(PREFIX.length), unquoted(value)] as const);
  const all = Object.fromEntries(own);
  const { services } = servicesIn(all["services"], surroundings);
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
