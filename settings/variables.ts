import { circleFrom, references } from "../contract/variable-reference.ts";
import { type Fault, faultIf, got, under } from "./fault.ts";
import { fieldsOf, type Mapping } from "./mapping.ts";

/** What is wrong with how the variables of each service refer to one another. */
export function variableFaults(raw: Mapping): Fault[] {
  const credentials = fieldsOf(raw["credentials"]);
  return Object.entries(fieldsOf(raw["services"])).flatMap(([name, written]) => {
    const own = fieldsOf(fieldsOf(written)["env"]);
    const names = variableNames(fieldsOf(written), credentials);
    return under(
      ["services", name, "env"],
      Object.entries(own).flatMap(([variable, value]) =>
        typeof value === "string"
          ? literalFaults([variable], value, names)
          : [
              ...expansionFaults([variable], value, names, variable),
              ...circleFaults(variable, own),
            ],
      ),
    );
  });
}

/** The names of a service's variables. */
export function variableNames({ env, credentials: whole }: Mapping, credentials: Mapping) {
  return new Set([...Object.keys(fieldsOf(env)), ...keysOf(whole, credentials)]);
}

/** The variables that whole credentials give. */
function keysOf(whole: unknown, credentials: Mapping): string[] {
  const names: readonly unknown[] = Array.isArray(whole) ? whole : [];
  return names.flatMap((name) =>
    Object.keys(fieldsOf(fieldsOf(credentials[String(name)])["keys"])),
  );
}

/** Who knows Kubernetes means the variable's value; text is not expanded here, so that no value changes on its way. */
export function literalFaults(
  path: Fault["path"],
  value: string,
  names: ReadonlySet<string>,
): Fault[] {
  const named = references(value).find((name) => names.has(name));
  const text = `allowed: text without $(NAME) of another variable; write {expand: …} to get the value of ${named ?? ""}, with $$(${named ?? ""}) in it if the text itself is meant`;
  return faultIf(named !== undefined, path, got(value, text));
}

/**
 * A text that refers to a variable that the service does not have.
 *
 * @param own the variable whose text it is
 */
export function expansionFaults(
  path: Fault["path"],
  value: unknown,
  names: ReadonlySet<string>,
  own?: string,
): Fault[] {
  const text = expansionOf(value);
  if (text === undefined) {
    return [];
  }
  const unknown = references(text).find((name) => !names.has(name));
  const known = [...names].filter((name) => name !== own).join(", ") || "none";
  const remedy = `no variable of this service is called ${unknown ?? ""}; allowed in $(…): ${known}; write $$ for a $`;
  return faultIf(unknown !== undefined, [...path, "expand"], got(text, remedy));
}

function circleFaults(variable: string, own: Mapping): Fault[] {
  const circle = circleFrom(variable, (name) => expansionOf(own[name]));
  const remedy = `refers to itself: ${circle?.join(" → ") ?? ""}; remove one of the references`;
  return faultIf(
    circle !== undefined,
    [variable, "expand"],
    got(expansionOf(own[variable]), remedy),
  );
}

function expansionOf(value: unknown): string | undefined {
  const { expand } = fieldsOf(value);
  return typeof expand === "string" ? expand : undefined;
}
