import { DOCKER_CONFIG_KEY } from "../components/credentials/format.ts";
import { type Fault, faultIf, under, unknownKey } from "./fault.ts";
import { variableName } from "./fields.ts";
import { fieldsOf, listOf, type Mapping } from "./mapping.ts";
import { writtenContainers } from "./service/written-containers.ts";

/** What is wrong with the credentials that a service and its containers name, and with the keys of them. */
export function useFaults(service: Mapping, credentials: Mapping, home: unknown): Fault[] {
  return [
    ...containerFaults(service, credentials, home),
    ...writtenContainers(service).flatMap(({ path, fields }) =>
      under(path, containerFaults(fields, credentials, home)),
    ),
  ];
}

function containerFaults(container: Mapping, credentials: Mapping, home: unknown): Fault[] {
  const { credentials: names, envFrom } = container;
  const whole = listOf(names);
  const sources = listOf(envFrom);
  return [
    ...whole.flatMap((name) => wholeFaults(name, credentials, home)),
    ...sources.flatMap((source, index) =>
      under(["envFrom", index], keyFaults(fieldsOf(source), credentials, home)),
    ),
    ...pullFaults(container["pullSecrets"], credentials, home),
    ...["env", "files", "folders"].flatMap((kind) =>
      Object.entries(fieldsOf(container[kind])).flatMap(([target, value]) =>
        under([kind, target], keyFaults(fieldsOf(value), credentials, home)),
      ),
    ),
  ];
}

/** Of credentials; a name that none has is that of an existing Secret. */
function pullFaults(names: unknown, credentials: Mapping, home: unknown): Fault[] {
  const written = listOf(names);
  return written.flatMap((name) => {
    if (typeof name !== "string" || !(name in credentials)) {
      return [];
    }
    const { format = "opaque" } = fieldsOf(credentials[name]);
    const isOther = format !== "dockerconfigjson";
    const text = isOther
      ? `has the format ${String(format)}; allowed: a credential of the format dockerconfigjson`
      : nameFault(name, credentials, home);
    return text === undefined ? [] : [{ path: ["pullSecrets"], text: `${name}: ${text}` }];
  });
}

function wholeFaults(name: unknown, credentials: Mapping, home: unknown): Fault[] {
  if (typeof name !== "string") {
    return [];
  }
  const path = ["credentials"];
  const text = nameFault(name, credentials, home);
  if (text !== undefined) {
    return [{ path, text: `${name}: ${text}` }];
  }
  return keysOf(credentials[name]).flatMap((key) =>
    faultIf(
      !variableName.safeParse(key).success,
      path,
      `${name}: its key ${key} cannot be the name of an environment variable; name it under env or files as {credential: ${name}, key: ${key}}`,
    ),
  );
}

function keyFaults({ credential, key }: Mapping, credentials: Mapping, home: unknown): Fault[] {
  if (typeof credential !== "string") {
    return [];
  }
  const text = nameFault(credential, credentials, home);
  if (text !== undefined) {
    return [{ path: ["credential"], text: `${credential}: ${text}` }];
  }
  const keys = keysOf(credentials[credential]);
  if (typeof key !== "string" || keys.includes(key)) {
    return [];
  }
  return [{ path: ["key"], text: `${key}: ${unknownKey(key, keys, "add it to the credential")}` }];
}

function nameFault(name: string, credentials: Mapping, home: unknown): string | undefined {
  if (!(name in credentials)) {
    return unknownKey(name, Object.keys(credentials), "add it to slipway:credentials");
  }
  const namespace = fieldsOf(credentials[name])["namespace"] ?? home;
  return namespace === home
    ? undefined
    : `is in the namespace ${String(namespace)}; allowed: one of the services' own namespace`;
}

/** Keys of the Secret that a credential becomes. */
function keysOf(credential: unknown): string[] {
  const { format, keys } = fieldsOf(credential);
  return format === "dockerconfigjson" ? [DOCKER_CONFIG_KEY] : Object.keys(fieldsOf(keys));
}
