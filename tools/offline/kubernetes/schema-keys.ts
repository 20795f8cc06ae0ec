const WORDS =
  "embedded-resource|int-or-string|list-map-keys|list-type|map-type|preserve-unknown-fields|validations";
const DASHED = new RegExp(`^x-kubernetes-(?:${WORDS})$`);
const UNDERSCORED = new RegExp(`^x_kubernetes_(?:${WORDS.replaceAll("-", "_")})$`);

/** A definition's schema as the API server has it, `x-kubernetes-list-type`; Pulumi's SDKs write underscores. */
export function withDashes(value: unknown): unknown {
  return renamed(value, UNDERSCORED, (key) => key.replaceAll("_", "-"));
}

/** A definition's schema as Pulumi's SDKs read it. */
export function withUnderscores(value: unknown): unknown {
  return renamed(value, DASHED, (key) => key.replaceAll("-", "_"));
}

function renamed(value: unknown, names: RegExp, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => renamed(item, names, rename));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      names.test(key) ? rename(key) : key,
      renamed(child, names, rename),
    ]),
  );
}
