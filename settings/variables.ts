import { references } from "../contract/variable-reference.ts";
import { type Fault, faultIf, got, under } from "./fault.ts";
import { fieldsOf, type Mapping } from "./mapping.ts";

/** What is wrong with how the variables of each service refer to one another. */
export function variableFaults(raw: Mapping): Fault[] {
  const credentials = fieldsOf(raw["credentials"]);
  return Object.entries(fieldsOf(raw["services"])).flatMap(([name, written]) => {
    const { env, credentials: whole } = fieldsOf(written);
    const own = fieldsOf(env);
    const names = new Set([...Object.keys(own), ...keysOf(whole, credentials)]);
    return under(
      ["services", name, "env"],
      Object.entries(own).flatMap(([variable, value]) =>
        typeof value === "string"
          ? literalFaults(variable, value, names)
          : expansionFaults(variable, own, names),
      ),
    );
  });
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

function expansionFaults(variable: string, own: Mapping, names: ReadonlySet<string>): Fault[] {
  const text = expansionOf(own[variable]);
  if (text === undefined) {
    return [];
  }
  const unknown = references(text).find((name) => !names.has(name));
  const circle = circleOf(variable, own);
  const path = [variable, "expand"];
  return [
    ...faultIf(
      unknown !== undefined,
      path,
      got(
        text,
        `no variable of this service is called ${unknown ?? ""}; allowed in $(…): ${[...names].filter((name) => name !== variable).join(", ")}; write $$ for a $`,
      ),
    ),
    ...faultIf(
      circle !== undefined,
      path,
      got(text, `refers to itself: ${circle ?? ""}; remove one of the references`),
    ),
  ];
}

/** The way from a variable back to itself, undefined if there is none. */
function circleOf(variable: string, own: Mapping): string | undefined {
  const seen = new Set<string>();
  const search = (name: string, path: readonly string[]): string | undefined => {
    for (const needed of references(expansionOf(own[name]) ?? "")) {
      if (needed === variable) {
        return [...path, needed].join(" → ");
      }
      if (!seen.has(needed)) {
        seen.add(needed);
        const found = search(needed, [...path, needed]);
        if (found !== undefined) {
          return found;
        }
      }
    }
    return undefined;
  };
  return search(variable, [variable]);
}

function expansionOf(value: unknown): string | undefined {
  const { expand } = fieldsOf(value);
  return typeof expand === "string" ? expand : undefined;
}
