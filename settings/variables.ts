import { circleFrom, references } from "../contract/variable-reference.ts";
import { type Fault, faultIf, got, under } from "./fault.ts";
import { fieldsOf, type Mapping } from "./mapping.ts";
import { writtenContainers } from "./service/containers.ts";

/** What is wrong with how the variables of each service refer to one another. */
export function variableFaults(raw: Mapping): Fault[] {
  const credentials = fieldsOf(raw["credentials"]);
  return Object.entries(fieldsOf(raw["services"])).flatMap(([name, written]) => {
    const service = fieldsOf(written);
    const faults = [
      ...under(["env"], faultsOf(variablesOf([service], credentials))),
      ...writtenContainers(service).flatMap(({ path, fields }) => {
        const { image, of, serviceEnv = image === undefined && of === undefined } = fields;
        const scopes = serviceEnv === true ? [service, fields] : [fields];
        return under([...path, "env"], faultsOf(variablesOf(scopes, credentials)));
      }),
    ];
    return under(["services", name], faults);
  });
}

/** The variables that a container has. */
interface Variables {
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
  const sources = scopes.flatMap(({ envFrom }): readonly unknown[] =>
    Array.isArray(envFrom) ? envFrom : [],
  );
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

function faultsOf({ own, all, names, isOpen }: Variables): Fault[] {
  return Object.entries(own).flatMap(([variable, value]) =>
    typeof value === "string"
      ? literalFaults(variable, value, names)
      : expansionFaults(variable, all, names, isOpen),
  );
}

/** The variables that whole credentials give. */
function keysOf(whole: unknown, credentials: Mapping): string[] {
  const names: readonly unknown[] = Array.isArray(whole) ? whole : [];
  return names.flatMap((name) =>
    Object.keys(fieldsOf(fieldsOf(credentials[String(name)])["keys"])),
  );
}

/** Who knows Kubernetes means the variable's value; text is not expanded here, so that no value changes on its way. */
function literalFaults(variable: string, value: string, names: ReadonlySet<string>): Fault[] {
  const named = references(value).find((name) => names.has(name));
  const text = `allowed: text without $(NAME) of another variable; write {expand: …} to get the value of ${named ?? ""}, with $$(${named ?? ""}) in it if the text itself is meant`;
  return faultIf(named !== undefined, [variable], got(value, text));
}

function expansionFaults(
  variable: string,
  own: Mapping,
  names: ReadonlySet<string>,
  isOpen: boolean,
): Fault[] {
  const text = expansionOf(own[variable]);
  if (text === undefined) {
    return [];
  }
  const unknown = isOpen ? undefined : references(text).find((name) => !names.has(name));
  const circle = circleFrom(variable, (name) => expansionOf(own[name]));
  const others = [...names].filter((name) => name !== variable).join(", ") || "none";
  const path = [variable, "expand"];
  return [
    ...faultIf(
      unknown !== undefined,
      path,
      got(
        text,
        `no variable of this service is called ${unknown ?? ""}; allowed in $(…): ${others}; write $$ for a $`,
      ),
    ),
    ...faultIf(
      circle !== undefined,
      path,
      got(text, `refers to itself: ${circle?.join(" → ") ?? ""}; remove one of the references`),
    ),
  ];
}

function expansionOf(value: unknown): string | undefined {
  const { expand } = fieldsOf(value);
  return typeof expand === "string" ? expand : undefined;
}
