import { z } from "zod";

import {
  CREDENTIAL_KEYS,
  type CredentialFormat,
  DOCKER_CONFIG_KEY,
} from "../components/credentials/format.ts";
import { backendFaults } from "./credential-backend.ts";
import { type Fault, got, unknownKey } from "./fault.ts";
import { variableName } from "./fields.ts";
import { type Mapping, mapping } from "./mapping.ts";
import { PASSWORD } from "./registry.ts";

/** Settings as they were written, and which of them are secrets. */
export interface Written {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly values: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/** Names of the settings whose secrets the credentials are made of. */
export function settingsUsed(credentials: unknown): string[] {
  const names = Object.values(mapping(credentials) ?? {}).flatMap((credential) =>
    Object.values(mapping(mapping(credential)?.["keys"]) ?? {}).flatMap((source) => {
      const setting = mapping(source)?.["setting"];
      return typeof setting === "string" ? [setting] : [];
    }),
  );
  return [...new Set(names)];
}

/** What is wrong between the keys of the credentials and the rest of the settings. */
export function credentialFaults(written: Written, known: readonly string[]): Fault[] {
  const { raw } = written;
  const credentials = mapping(raw["credentials"]) ?? {};
  const own = Object.entries(credentials).flatMap(([name, credential]) =>
    [
      ...formatFaults(mapping(credential) ?? {}, raw),
      ...backendFaults(mapping(credential) ?? {}),
      ...limitFaults(mapping(mapping(credential)?.["jenkins"]) ?? {}),
      ...settingFaults(mapping(credential) ?? {}, written, known),
    ].map(({ path, text }) => ({ path: ["credentials", name, ...path], text })),
  );
  const uses = Object.entries(mapping(raw["services"]) ?? {}).flatMap(([name, service]) =>
    useFaults(mapping(service) ?? {}, credentials, raw["namespace"]).map(({ path, text }) => ({
      path: ["services", name, ...path],
      text,
    })),
  );
  return [...own, ...uses];
}

function formatFaults(credential: Mapping, { registry }: Mapping): Fault[] {
  const { format = "opaque", jenkins } = credential;
  const keys = mapping(credential["keys"]) ?? {};
  if (format === "opaque") {
    return opaqueFaults(keys, jenkins);
  }
  const rules = CREDENTIAL_KEYS[format as Exclude<CredentialFormat, "opaque">] as
    (typeof CREDENTIAL_KEYS)["secretText"] | undefined;
  // A format that does not exist is told by the schema.
  if (rules === undefined) {
    return [];
  }
  const bindings = mapping(mapping(jenkins)?.["keyBindings"]) ?? {};
  const fieldOf = new Map(
    Object.keys(rules).map((field) => {
      const bound = bindings[field];
      return [typeof bound === "string" ? bound : field, field];
    }),
  );
  const missing = [...fieldOf].filter(([key, field]) => rules[field]?.required && !(key in keys));
  return [
    ...missing.map(([key]) => ({
      path: ["keys", key],
      text: `missing; the format ${String(format)} needs it`,
    })),
    ...Object.entries(keys).flatMap(([key, source]) => {
      const rule = rules[fieldOf.get(key) ?? ""];
      if (rule === undefined) {
        return [{ path: ["keys", key], text: unknownKey(key, [...fieldOf.keys()]) }];
      }
      return rule.plain ? [] : plainFaults(key, source);
    }),
    ...(format === "dockerconfigjson" ? registryFaults(keys, mapping(registry) ?? {}) : []),
  ];
}

/** The plugin passes over a Secret that has both. */
function limitFaults({ scope, folders }: Mapping): Fault[] {
  if (scope === undefined || folders === undefined) {
    return [];
  }
  const text = got(scope, "allowed: without folders only; Jenkins takes the one or the other");
  return [{ path: ["jenkins", "scope"], text }];
}

function opaqueFaults(keys: Mapping, jenkins: unknown): Fault[] {
  return [
    ...(Object.keys(keys).length === 0
      ? [{ path: ["keys"], text: "missing; allowed: at least one key by name" }]
      : []),
    ...(jenkins === undefined
      ? []
      : [
          {
            path: ["jenkins"],
            text: "allowed: only with a format that Jenkins knows, such as usernamePassword; set format",
          },
        ]),
    ...Object.entries(keys).flatMap(([key, source]) => plainFaults(key, source)),
  ];
}

/** The value is not shown: it may be the secret itself. */
function plainFaults(key: string, source: unknown): Fault[] {
  if (typeof source !== "string") {
    return [];
  }
  const text = `got a text in clear; allowed: {setting: name}, {random: {length}} or {stack, output}; run pulumi config set --secret slipway:${key}, write {setting: ${key}}, and change the secret`;
  return [{ path: ["keys", key], text }];
}

function registryFaults(keys: Mapping, registry: Mapping): Fault[] {
  const given = {
    registry: registry["repository"],
    username: registry["username"],
    password: registry["username"],
  };
  return Object.entries(given).flatMap(([key, value]) =>
    keys[key] === undefined && value === undefined
      ? [
          {
            path: ["keys", key],
            text: "missing; the settings have no registry.repository with registry.username to take it from",
          },
        ]
      : [],
  );
}

function settingFaults(credential: Mapping, written: Written, known: readonly string[]): Fault[] {
  return Object.entries(mapping(credential["keys"]) ?? {}).flatMap(([key, source]) => {
    const { setting, encoding } = mapping(source) ?? {};
    if (typeof setting !== "string") {
      return [];
    }
    const text =
      settingFault(setting, written, known) ?? encodingFault(setting, encoding, written.values);
    return text === undefined ? [] : [{ path: ["keys", key, "setting"], text }];
  });
}

function settingFault(
  setting: string,
  { values, secretKeys }: Written,
  known: readonly string[],
): string | undefined {
  const remedy = `run pulumi config set --secret slipway:${setting}`;
  if (known.includes(setting) && setting !== PASSWORD) {
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
  return `slipway:${setting} is no base64; run base64 FILE | pulumi config set --secret slipway:${setting}`;
}

function useFaults(service: Mapping, credentials: Mapping, home: unknown): Fault[] {
  const list: readonly unknown[] = Array.isArray(service["credentials"])
    ? service["credentials"]
    : [];
  return [
    ...list.flatMap((name) => wholeFaults(name, credentials, home)),
    ...["env", "files"].flatMap((kind) =>
      Object.entries(mapping(service[kind]) ?? {}).flatMap(([target, value]) => {
        const { credential, key } = mapping(value) ?? {};
        if (typeof credential !== "string") {
          return [];
        }
        return keyFaults(credential, key, credentials, home).map(({ path, text }) => ({
          path: [kind, target, ...path],
          text,
        }));
      }),
    ),
  ];
}

function wholeFaults(name: unknown, credentials: Mapping, home: unknown): Fault[] {
  const path = ["credentials"];
  const text = nameFault(name, credentials, home);
  if (text !== undefined) {
    return [{ path, text: `${String(name)}: ${text}` }];
  }
  return keysOf(credentials[String(name)])
    .filter((key) => !variableName.safeParse(key).success)
    .map((key) => ({
      path,
      text: `${String(name)}: its key ${key} cannot be the name of an environment variable; name it under env or files as {credential: ${String(name)}, key: ${key}}`,
    }));
}

function keyFaults(name: string, key: unknown, credentials: Mapping, home: unknown): Fault[] {
  const text = nameFault(name, credentials, home);
  if (text !== undefined) {
    return [{ path: ["credential"], text: `${name}: ${text}` }];
  }
  const keys = keysOf(credentials[name]);
  if (typeof key !== "string" || keys.includes(key)) {
    return [];
  }
  return [{ path: ["key"], text: `${key}: ${unknownKey(key, keys, "add it to the credential")}` }];
}

function nameFault(name: unknown, credentials: Mapping, home: unknown): string | undefined {
  if (typeof name !== "string") {
    return undefined;
  }
  if (!(name in credentials)) {
    return unknownKey(name, Object.keys(credentials), "add it to slipway:credentials");
  }
  const namespace = mapping(credentials[name])?.["namespace"] ?? home;
  return namespace === home
    ? undefined
    : `is in the namespace ${String(namespace)}; allowed: one of the services' own namespace`;
}

/** Keys of the Secret that a credential becomes. */
function keysOf(credential: unknown): string[] {
  const { format, keys } = mapping(credential) ?? {};
  return format === "dockerconfigjson" ? [DOCKER_CONFIG_KEY] : Object.keys(mapping(keys) ?? {});
}
