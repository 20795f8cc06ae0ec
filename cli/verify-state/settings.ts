import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { LIKE_THE_ENGINE, servicesIn } from "../../settings/services-file.ts";
import { unquoted } from "../../settings/unquoted.ts";
import { badInput } from "../exit-code.ts";
import { fieldOf, isMapping, type Mapping, textOf } from "./mapping.ts";

/** The settings of a checkout, as they are written. */
export interface WrittenSettings {
  readonly folder: string;
  readonly project: string;
  /** Without organization and project. */
  readonly stack: string;
  /** Of the stack: as its name says, or what a backend without organizations calls it. */
  readonly organization: string;
  /** Those of the program, by key without `slipway:`. */
  readonly own: Mapping;
  /** All of the stack's settings by key, such as `docker:host`. */
  readonly config: Mapping;
  /** The rest of the stack's file: how its secrets are encrypted. */
  readonly file: Mapping;
  /** URL of the backend that the project names, if it does. */
  readonly backend: string | undefined;
}

const PREFIX = "slipway:";

/** The organization of every stack in a bucket or a folder. */
const NO_ORGANIZATION = "organization";

/**
 * Reads the settings of a stack from its checkout: neither the engine nor a passphrase is needed, and nothing of the
 * state is believed.
 *
 * @throws CommandFailure if a file is not there or is not YAML
 */
export function readWrittenSettings(folder: string, name: string): WrittenSettings {
  const stack = name.slice(name.lastIndexOf("/") + 1);
  const project = yamlOf(join(folder, "Pulumi.yaml"));
  const file = yamlOf(
    join(folder, textOf(project, "stackConfigDir") ?? "", `Pulumi.${stack}.yaml`),
  );
  const config = fieldOf(file, "config");
  const written = isMapping(config) ? config : {};
  const own = Object.entries({ ...defaultsOf(project), ...written })
    .filter(([key]) => key.startsWith(PREFIX))
    .map(([key, value]) => [key.slice(PREFIX.length), unquoted(value)] as const);
  return {
    folder,
    project: textOf(project, "name") ?? "",
    stack,
    organization: name.includes("/") ? name.slice(0, name.indexOf("/")) : NO_ORGANIZATION,
    own: withServices(folder, Object.fromEntries(own)),
    config: written,
    file,
    backend: textOf(fieldOf(project, "backend"), "url"),
  };
}

function yamlOf(path: string): Mapping {
  if (!existsSync(path)) {
    throw badInput(
      `${path}: does not exist; allowed: a stack whose settings are in this checkout; check --stack`,
    );
  }
  const value: unknown = parse(readFileSync(path, "utf8"), LIKE_THE_ENGINE);
  return isMapping(value) ? value : {};
}

/** Services may stand in a file of their own; one that the program could not read either has none. */
function withServices(folder: string, own: Mapping): Mapping {
  const { services } = servicesIn(own["services"], { folder, variables: process.env });
  return { ...own, services };
}

/** What Pulumi.yaml gives to every stack. */
function defaultsOf(project: Mapping): Mapping {
  const config = fieldOf(project, "config");
  const entries = isMapping(config) ? Object.entries(config) : [];
  return Object.fromEntries(
    entries.map(([key, value]) => {
      const given = fieldOf(value, "value") ?? fieldOf(value, "default");
      return [key.includes(":") ? key : `${PREFIX}${key}`, given] as const;
    }),
  );
}
