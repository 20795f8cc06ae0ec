import { byName } from "../by-name.ts";
import { containersOf, type ContainersDefinition } from "../service/containers.ts";
import type { CompletedFiles, FilesDefinition } from "../service/files.ts";
import type {
  CompletedVariables,
  CredentialKey,
  VariablesDefinition,
} from "../service/variables.ts";

/** Keys of each credential. */
export type CredentialKeys = Readonly<Record<string, readonly string[]>>;

/** What of a definition may name credentials. */
type Uses = VariablesDefinition & FilesDefinition & ContainersDefinition;

/**
 * A container's variables, with the Secrets of its credentials: those have the same name. A variable of
 * its own takes precedence over one that comes from a whole credential.
 */
export function variablesOf(
  { env = {}, envFrom = [], credentials = [] }: VariablesDefinition,
  keys: CredentialKeys,
): CompletedVariables {
  const whole = credentials.flatMap((secret) =>
    (keys[secret] ?? []).map((key) => [key, { secret, key }] as const),
  );
  return {
    env: { ...Object.fromEntries(whole), ...byName(env, (_, value) => unsealed(value)) },
    envFrom: envFrom.map(unsealed),
  };
}

/** A service's files and folders, with the Secrets of its credentials. */
export function filesOf({ files = {}, folders = {} }: FilesDefinition): CompletedFiles {
  return {
    files: byName(files, (_, value) => unsealed(value)),
    folders: byName(folders, (_, value) => unsealed(value)),
  };
}

/** The credentials whose values the pods get, each once. */
export function credentialsOf(definition: Uses): string[] {
  const { files = {}, folders = {} } = definition;
  const containers: readonly VariablesDefinition[] = [definition, ...containersOf(definition)];
  const single = [
    ...containers.flatMap(({ env = {}, envFrom = [] }) => [...Object.values(env), ...envFrom]),
    ...Object.values(files),
    ...Object.values(folders),
  ].flatMap((value) => (isOfCredential(value) ? [value.credential] : []));
  const whole = containers.flatMap(({ credentials = [] }) => credentials);
  return [...new Set([...whole, ...single])].sort();
}

/** The Secrets that a service's pods name, as far as the settings do, each once. */
export function secretsOf(
  completed: CompletedVariables &
    CompletedFiles &
    Readonly<Record<"initContainers" | "sidecars", readonly CompletedVariables[]>>,
): string[] {
  const { files, folders, initContainers, sidecars } = completed;
  const used = [
    ...[completed, ...initContainers, ...sidecars].flatMap(({ env, envFrom }) => [
      ...Object.values(env),
      ...envFrom,
    ]),
    ...Object.values(files),
    ...Object.values(folders),
  ];
  const names = used.flatMap((value) =>
    typeof value === "object" && "secret" in value ? value.secret : [],
  );
  return [...new Set(names)].sort();
}

type Unsealed<Value> = Value extends { readonly credential: string }
  ? Omit<Value, "credential"> & { readonly secret: string }
  : Value;

/** A credential's Secret has its name. */
function unsealed<Value>(value: Value): Unsealed<Value> {
  if (!isOfCredential(value)) {
    return value as Unsealed<Value>;
  }
  const { credential: secret, ...rest } = value;
  return { secret, ...rest } as unknown as Unsealed<Value>;
}

function isOfCredential(value: unknown): value is Pick<CredentialKey, "credential"> {
  return typeof value === "object" && value !== null && "credential" in value;
}
