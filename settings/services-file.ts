import { readFileSync } from "node:fs";

import { parseDocument } from "yaml";

import { type Fault, got } from "./fault.ts";
import { unusable } from "./look.ts";
import { anchorsIn, faultsIn } from "./numerals.ts";
import { absolute, expand, type Surroundings } from "./surroundings.ts";

/** What services may be written as. */
export const SERVICES = "a mapping of services by name, or the path of a YAML file with one";

/** What a path must look like, so that anything else is reported as what it is. */
const FILE = /\.(?:ya?ml|json)$/i;

/** As in the stack's own file, services may share keys: `<<: *shop`, in however many of them. */
export const LIKE_THE_ENGINE = { merge: true, maxAliasCount: -1 } as const;

/** The services of a stack, and why they cannot be read. */
interface Read {
  readonly services: unknown;
  readonly faults: readonly Fault[];
}

/**
 * Reads the services from a file if the setting is the path of one. The engine hands all settings over in one environment
 * variable, which Linux limits to 128 KiB: some hundred services do not fit.
 */
export function servicesIn(written: unknown, surroundings: Surroundings): Read {
  if (typeof written !== "string" || !FILE.test(written)) {
    return { services: written, faults: [] };
  }
  const fault = (text: string): Read => ({
    services: undefined,
    faults: [{ path: ["services"], text: got(written, `${text}; allowed: ${SERVICES}`) }],
  });
  const expanded = expand(written, surroundings);
  if ("unset" in expanded) {
    return fault(`the variables ${expanded.unset.join(", ")} are not set`);
  }
  const path = absolute(expanded.text, surroundings);
  const reason = unusable(path, "file");
  if (reason !== undefined) {
    return fault(reason);
  }
  const document = parseDocument(readFileSync(path, "utf8"), LIKE_THE_ENGINE);
  const [error] = document.errors;
  if (error !== undefined) {
    return fault(`${path} is not YAML (${error.message.split("\n")[0] ?? ""})`);
  }
  const services: unknown = document.toJS(LIKE_THE_ENGINE);
  return {
    services,
    faults: faultsIn(document.contents, services, ["services"], anchorsIn(document)),
  };
}
