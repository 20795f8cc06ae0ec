import { circleFrom, references } from "../contract/variable-reference.ts";
import { type Fault, faultIf, got, under } from "./fault.ts";
import { fieldsOf, listOf, type Mapping } from "./mapping.ts";
import { writtenContainers } from "./service/written-containers.ts";

/** What is wrong with how the variables of each service refer to one another. */
export function variableFaults(raw: Mapping): Fault[] {
  return containersIn(raw).flatMap(({ path, variables }) =>
    under([...path, "env"], faultsOf(variables)),
  );
}

/** A container as it was written, where, and the variables that it has. */
export interface ContainerInSettings {
  readonly path: readonly PropertyKey[];
  readonly fields: Mapping;
  readonly variables: Variables;
}

/** The container of each service, and those beside it. */
export function containersIn(raw: Mapping): ContainerInSettings[] {
  const credentials = fieldsOf(raw["credentials"]);
  return Object.entries(fieldsOf(raw["services"])).flatMap(([name, written]) => {
    const service = fieldsOf(written);
    const at = ["services", name];
    const own = { path: at, fields: service, variables: variablesOf([service], credentials) };
    const others = writtenContainers(service).map(({ path, fields }) => {
      const { image, of, serviceEnv = image === undefined && of === undefined } = fields;
      const scopes = serviceEnv === true ? [service, fields] : [fields];
      return { path: [...at, ...path], fields, variables: variablesOf(scopes, credentials) };
    });
    return [own, ...others];
  });
}

/** The variables that a container has. */
export interface Variables {
  /** Those that are its own, as they were written. */
  readonly own: Mapping;
  /** With those of the service, if it has them. */
  readonly all: Mapping;
  readonly names: ReadonlySet<string>;
  /** Whether there are more of which nobody knows the names. */
  readonly isOpen: boolean;
}

/** @param scopes the service, and the container if that is a different one; the last has its own variables */
function variablesOf(scopes: readonly Mapping[], credentials: Mapping): Variables {
  const all = Object.assign({}, ...scopes.map(({ env }) => fieldsOf(env))) as Mapping;
  const sources = scopes.flatMap(({ envFrom }): readonly unknown[] => listOf(envFrom));
  const prefixed = sources
    .map(fieldsOf)
    .flatMap(({ credential, prefix = "" }) =>
      keysOf([credential], credentials).map((key) => `${String(prefix)}${key}`),
    );
  const names = [
    ...Object.keys(all),
    ...scopes.flatMap(({ credentials: whole }) => keysOf(whole, credentials)),
    ...prefixed,
  ];
  const isOpen = sources.some((source) => fieldsOf(source)["credential"] === undefined);
  return { own: fieldsOf(scopes.at(-1)?.["env"]), all, names: new Set(names), isOpen };
}

function faultsOf(variables: Variables): Fault[] {
  const { own, all } = variables;
  return Object.entries(own).flatMap(([variable, value]) => [
    ...textFaults([variable], value, variables, variable),
    ...circleFaults(variable, all),
  ]);
}

/**
 * What is wrong with a text as to the variables that it names.
 *
 * @param variable whose text it is
 */
export function textFaults(
  path: Fault["path"],
  value: unknown,
  variables: Variables,
  variable?: string,
): Fault[] {
  return typeof value === "string"
    ? literalFaults(path, value, variables.names)
    : expansionFaults(path, value, variables, variable);
}

/** The variables that whole credentials give. */
function keysOf(whole: unknown, credentials: Mapping): string[] {
  const names = listOf(whole);
  return names.flatMap((name) =>
    Object.keys(fieldsOf(fieldsOf(credentials[String(name)])["keys"])),
  );
}

/** Who knows Kubernetes means the variable's value; text is not expanded here, so that no value changes on its way. */
function literalFaults(path: Fault["path"], value: string, names: ReadonlySet<string>): Fault[] {
  const named = references(value).find((name) => names.has(name));
  const text = `allowed: text without $(NAME) of another variable; write {expand: …} to get the value of ${named ?? ""}, with $$(${named ?? ""}) in it if the text itself is meant`;
  return faultIf(named !== undefined, path, got(value, text));
}

function expansionFaults(
  path: Fault["path"],
  value: unknown,
  { names, isOpen }: Variables,
  variable: string | undefined,
): Fault[] {
  const text = expansionOf(value);
  if (text === undefined || isOpen) {
    return [];
  }
  const unknown = references(text).find((name) => !names.has(name));
  const others = [...names].filter((name) => name !== variable).join(", ") || "none";
  const remedy = `no variable of this service is called ${unknown ?? ""}; allowed in $(…): ${others}; write $$ for a $`;
  return faultIf(unknown !== undefined, [...path, "expand"], got(text, remedy));
}

function circleFaults(variable: string, all: Mapping): Fault[] {
  const text = expansionOf(all[variable]);
  if (text === undefined) {
    return [];
  }
  const circle = circleFrom(variable, (name) => expansionOf(all[name]));
  const remedy = `refers to itself: ${circle?.join(" → ") ?? ""}; remove one of the references`;
  return faultIf(circle !== undefined, [variable, "expand"], got(text, remedy));
}

function expansionOf(value: unknown): string | undefined {
  const { expand } = fieldsOf(value);
  return typeof expand === "string" ? expand : undefined;
}
