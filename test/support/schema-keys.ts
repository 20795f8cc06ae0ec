import type { z } from "zod";

interface Definition {
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly options?: readonly z.ZodType[];
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly out?: z.ZodType;
}

/** Paths of all keys that a schema takes: `services.*.ingress.host`, with `*` for a name that the user chooses. */
export function schemaKeys(schema: z.ZodType): string[] {
  return [...new Set(pathsOf(schema, []))].sort();
}

/** Paths of the keys of a value in the same form, where these are the paths at which the user chooses names. */
export function valueKeys(value: unknown, named: readonly string[], path = ""): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item) => valueKeys(item, named, path));
  }
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    const step = named.includes(path) ? "*" : key;
    const at = path === "" ? step : `${path}.${step}`;
    return [...(step === "*" ? [] : [at]), ...valueKeys(inner, named, at)];
  });
}

function pathsOf({ def }: z.ZodType, path: readonly string[]): string[] {
  const { shape, options, innerType, element, valueType, in: from, out } = def as Definition;
  if (shape !== undefined) {
    return Object.entries(shape).flatMap(([key, value]) => {
      const at = [...path, key];
      return [at.join("."), ...pathsOf(value, at)];
    });
  }
  const inner = [...(options ?? []), innerType, element, from, out].filter(
    (one) => one !== undefined,
  );
  return [
    ...inner.flatMap((one) => pathsOf(one, path)),
    ...(valueType === undefined ? [] : pathsOf(valueType, [...path, "*"])),
  ];
}
