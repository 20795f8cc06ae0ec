import { z } from "zod";

import { CREDENTIAL_KEYS, type CredentialFormat } from "../components/credentials/format.ts";
import { backendFaults } from "./credential-backend.ts";
import { useFaults } from "./credential-use.ts";
import { type Fault, faultIf, got, under, unknownKey } from "./fault.ts";
import { fieldsOf, type Mapping } from "./mapping.ts";
import { namespaceName } from "./namespace.ts";
import { PASSWORD } from "./registry.ts";

/** Settings as they were written, and which of them are secrets. */
export interface Written {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly values: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/** Names of the settings whose secrets the credentials hold. */
export function settingsUsed(credentials: unknown): string[] {
  const names = Object.values(fieldsOf(credentials))
    .flatMap((credential) => Object.values(fieldsOf(fieldsOf(credential)["keys"])))
    .map((source) => fieldsOf(source)["setting"]);
  return [...new Set(names)].filter((name) => typeof name === "string");
}

/**
 * What is wrong between the keys of the credentials and the rest of the settings.
 *
 * @param others names of the settings that are not for credentials
 */
export function credentialFaults(written: Written, others: readonly string[]): Fault[] {
  const { raw } = written;
  const credentials = fieldsOf(raw["credentials"]);
  const own = Object.entries(credentials).flatMap(([name, value]) => {
    const credential = fieldsOf(value);
    const faults = [
      ...formatFaults(credential, raw),
      ...backendFaults(credential),
      ...limitFaults(fieldsOf(credential["jenkins"])),
      ...settingFaults(credential, written, others),
    ];
    return under(["credentials", name], faults);
  });
  const uses = Object.entries(fieldsOf(raw["services"])).flatMap(([name, service]) =>
    under(
      ["services", name],
      useFaults(fieldsOf(service), credentials, namespaceName(raw["namespace"])),
    ),
  );
  return [...own, ...uses];
}

function formatFaults(credential: Mapping, { registry }: Mapping): Fault[] {
  const { format = "opaque", jenkins } = credential;
  const keys = fieldsOf(credential["keys"]);
  if (format === "opaque") {
    return opaqueFaults(keys, jenkins);
  }
  const rules = CREDENTIAL_KEYS[format as Exclude<CredentialFormat, "opaque">] as
    (typeof CREDENTIAL_KEYS)["secretText"] | undefined;
  // A format that does not exist is reported by the schema.
  if (rules === undefined) {
    return [];
  }
  const bindings = fieldsOf(fieldsOf(jenkins)["keyBindings"]);
  const bound = new Map(
    Object.entries(rules).map(([field, rule]) => {
      const key = bindings[field];
      return [typeof key === "string" ? key : field, rule];
    }),
  );
  return [
    ...[...bound].flatMap(([key, { required }]) =>
      faultIf(
        required && !(key in keys),
        ["keys", key],
        `missing; the format ${String(format)} needs it`,
      ),
    ),
    ...Object.entries(keys).flatMap(([key, source]) => {
      const rule = bound.get(key);
      if (rule === undefined) {
        return [{ path: ["keys", key], text: unknownKey(key, [...bound.keys()]) }];
      }
      return rule.plain ? [] : plainFaults(key, source);
    }),
    ...(format === "dockerconfigjson" ? loginFaults(keys, fieldsOf(registry)) : []),
  ];
}

/** The plugin ignores a Secret that has both. */
function limitFaults({ scope, folders }: Mapping): Fault[] {
  const text = got(scope, "allowed: only without folders; Jenkins takes one or the other");
  return faultIf(scope !== undefined && folders !== undefined, ["jenkins", "scope"], text);
}

function opaqueFaults(keys: Mapping, jenkins: unknown): Fault[] {
  return [
    ...faultIf(
      Object.keys(keys).length === 0,
      ["keys"],
      "missing; allowed: at least one key by name",
    ),
    ...faultIf(
      jenkins !== undefined,
      ["jenkins"],
      "allowed: only with a format that Jenkins knows, such as usernamePassword; set format",
    ),
    ...Object.entries(keys).flatMap(([key, source]) => plainFaults(key, source)),
  ];
}

/** The value is not shown: it may be the secret itself. */
function plainFaults(key: string, source: unknown): Fault[] {
  const text = `got a string in clear; allowed: {setting: name}, {random: {length}} or {stack, output}; run pulumi config set --secret slipway:${key}, write {setting: ${key}}, and change the secret`;
  return faultIf(typeof source === "string", ["keys", key], text);
}

/** What a login to the registry needs, and neither the credential nor the registry has. */
function loginFaults(keys: Mapping, { repository, username }: Mapping): Fault[] {
  const defaults = { registry: repository, username, password: username };
  return Object.entries(defaults).flatMap(([key, value]) =>
    faultIf(
      keys[key] === undefined && value === undefined,
      ["keys", key],
      "missing; registry.repository and registry.username are not set to provide it",
    ),
  );
}

function settingFaults(credential: Mapping, written: Written, others: readonly string[]): Fault[] {
  return Object.entries(fieldsOf(credential["keys"])).flatMap(([key, source]) => {
    const { setting, encoding } = fieldsOf(source);
    if (typeof setting !== "string") {
      return [];
    }
    const text =
      settingFault(setting, written, others) ?? encodingFault(setting, encoding, written.values);
    return text === undefined ? [] : [{ path: ["keys", key, "setting"], text }];
  });
}

/** What is wrong with a setting whose value is to be a secret; undefined if nothing is. */
export function settingFault(
  setting: string,
  { values, secretKeys }: Pick<Written, "values" | "secretKeys">,
  others: readonly string[],
): string | undefined {
  const remedy = `run pulumi config set --secret slipway:${setting}`;
  if (others.includes(setting) && setting !== PASSWORD) {
    return got(setting, "allowed: a setting of its own; this one means something else");
  }
  if ((values[setting] ?? "") === "") {
    return `slipway:${setting} is missing; ${remedy}`;
  }
  if (!secretKeys.includes(setting)) {
    return `slipway:${setting} holds a value in clear; allowed: an encrypted one; ${remedy}, and change the secret`;
  }
  return undefined;
}

/** The value is not shown: it is a secret. */
function encodingFault(
  setting: string,
  encoding: unknown,
  values: Readonly<Record<string, string>>,
): string | undefined {
  const text = (values[setting] ?? "").replaceAll(/\s/g, "");
  if (encoding !== "base64" || z.base64().safeParse(text).success) {
    return undefined;
  }
  return `slipway:${setting} is not base64; run base64 FILE | pulumi config set --secret slipway:${setting}`;
}
