/** A value of JSON. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A mapping of JSON. */
export type JsonObject = Readonly<Record<string, Json>>;

/** An object of Kubernetes that a team's manifests describe. */
export interface ManifestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, Json>> & {
    readonly name: string;
    readonly namespace?: string;
  };
  readonly [field: string]: Json;
}

/** An object by its kind and name. */
export type NamedObject = Pick<ManifestObject, "apiVersion" | "kind" | "metadata">;

/** Where an object was found, for messages. */
export interface Found {
  /** The file, and which document of it. */
  readonly origin: string;
  readonly value: unknown;
}

/** An object with its place in the order, and how the cluster serves it. */
export interface Rendered {
  readonly object: ManifestObject;
  readonly origin: string;
  /** In the plural, as in RBAC rules. */
  readonly resource: string;
  /** Whether it is in the stack's namespace. */
  readonly isHome: boolean;
  /** Objects of a lower stage come first. */
  readonly stage: number;
}

/** The object as settings and messages call it: `Kind/name`, with its namespace in front if that is a different one. */
export function idOf(
  { kind, metadata }: Pick<NamedObject, "kind" | "metadata">,
  home: string,
): string {
  const { name, namespace = home } = metadata;
  return namespace === home ? `${kind}/${name}` : `${namespace}/${kind}/${name}`;
}

/** As `idOf`, of what may be no object: empty if it has no kind or name. */
export function titleOf(value: unknown, home: string): string {
  const { kind, metadata } = (value ?? {}) as Partial<NamedObject>;
  return typeof kind === "string" && typeof metadata?.name === "string"
    ? idOf({ kind, metadata }, home)
    : "";
}

/** The value as a mapping; empty if it is none. */
export function fields(value: Json | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {};
}

/** The value as a list; empty if it is none. */
export function items(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** The value as a string; empty if it is none. */
export function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** A mapping without some of its keys. */
export function without(object: object, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** The API group; empty for the core group. */
export function groupOf({ apiVersion }: Pick<ManifestObject, "apiVersion">): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}

/** The value at a path of keys, undefined if something on the way is none. */
export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((within, key) => {
    const known = fields(within);
    return Object.hasOwn(known, key) ? known[key] : undefined;
  }, value);
}
