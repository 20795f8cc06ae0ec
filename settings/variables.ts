import { circleFrom, references } from "../contract/variable-reference.ts";
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
