import { byName } from "../by-name.ts";
import type {
  CredentialKey,
  SecretKey,
  Service,
  ServiceDefinition,
} from "../service-definition.ts";

/** Keys of each credential. */
export type CredentialKeys = Readonly<Record<string, readonly string[]>>;

/**
 * A service's variables and files, with the Secrets of its credentials: those have the same name. A variable of
 * its own takes precedence over one that comes from a whole credential.
 */
export function secretsOf(
  { env = {}, files = {}, credentials = [] }: ServiceDefinition,
  keys: CredentialKeys,
): Pick<Service, "env" | "files"> {
  const whole = credentials.flatMap((secret) =>
    (keys[secret] ?? []).map((key) => [key, { secret, key }] as const),
  );
  return { env: { ...Object.fromEntries(whole), ...unsealed(env) }, files: unsealed(files) };
}

/** The credentials whose values the pods get, each once. */
export function credentialsOf({
  env = {},
  files = {},
  credentials = [],
}: ServiceDefinition): string[] {
  const single = [...Object.values(env), ...Object.values(files)].flatMap((value) =>
    isCredentialKey(value) ? [value.credential] : [],
  );
  return [...new Set([...credentials, ...single])].sort();
}

function unsealed<Value>(
  values: Readonly<Record<string, Value | CredentialKey>>,
): Record<string, Value | SecretKey> {
  return byName(values, (_, value) =>
    isCredentialKey(value) ? { secret: value.credential, key: value.key } : value,
  );
}

function isCredentialKey(value: unknown): value is CredentialKey {
  return typeof value === "object" && value !== null && "credential" in value;
}
