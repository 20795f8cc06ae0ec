import { isDeepStrictEqual } from "node:util";

import { type Finding, findingsAt, shown } from "./finding.ts";
import { fieldOf, isMapping, type Mapping, textOf } from "./mapping.ts";

/** How the stack's settings say that its secrets are encrypted. */
export interface SecretsExpected {
  readonly type: "passphrase" | "cloud" | "service";
  /** What the state repeats of it; of the service it has more. */
  readonly state: Mapping;
  /** URLs of the service that whoever runs this uses. */
  readonly urls: readonly string[];
}

/** What the service's part may also have; they name the stack to it. */
const SERVICE_FIELDS = ["url", "owner", "project", "stack", "insecure"];

const REMEDY =
  "the engine asks whatever the state names to decrypt it; after pulumi stack change-secrets-provider commit the stack's settings, too";

/** Checks that the state names the secrets provider of the settings: the engine opens the one of the state. */
export function secretsFindings(provider: unknown, expected: SecretsExpected): Finding[] {
  if (provider === undefined || provider === null) {
    return [];
  }
  const find = findingsAt("secrets_providers");
  const type = textOf(provider, "type");
  // Settings without a salt leave the kind to the backend, and a salt is no secret.
  if (type === "passphrase" && expected.type === "service") {
    return [];
  }
  const state = fieldOf(provider, "state");
  const unknown = isMapping(provider)
    ? Object.keys(provider).filter((key) => key !== "type" && key !== "state")
    : [];
  if (type !== expected.type || unknown.length > 0) {
    return find(
      `got ${shown(type)}${unknown.map((key) => ` with ${shown(key)}`).join("")}; allowed: ${expected.type}, as the stack's settings say; ${REMEDY}`,
    );
  }
  return type === "service"
    ? serviceFindings(state, expected)
    : Object.keys({ ...expected.state, ...(isMapping(state) ? state : {}) })
        .filter((key) => !isDeepStrictEqual(fieldOf(state, key), expected.state[key]))
        .flatMap((key) =>
          find(
            `${shown(key)}: got ${shown(fieldOf(state, key))}; allowed: ${shown(expected.state[key])}, as the stack's settings say; ${REMEDY}`,
          ),
        );
}

function serviceFindings(state: unknown, { state: known, urls }: SecretsExpected): Finding[] {
  const find = findingsAt("secrets_providers");
  const url = textOf(state, "url") ?? "";
  const keys = isMapping(state) ? Object.keys(state) : [];
  return [
    ...(urls.includes(url.replace(/\/+$/, ""))
      ? []
      : find(`url: got ${shown(url)}; allowed: ${urls.join(", ")}; ${REMEDY}`)),
    ...keys
      .filter((key) => !SERVICE_FIELDS.includes(key))
      .flatMap((key) =>
        find(`${shown(key)}: unknown field; allowed: ${SERVICE_FIELDS.join(", ")}`),
      ),
    ...["project", "stack"]
      .filter((key) => textOf(state, key) !== known[key])
      .flatMap((key) =>
        find(`${key}: got ${shown(fieldOf(state, key))}; allowed: ${shown(known[key])}; ${REMEDY}`),
      ),
    ...(fieldOf(state, "insecure") === true
      ? find("insecure: got true; allowed: false; the service must prove who it is")
      : []),
  ];
}
