import { POOL } from "../../contract/marks.ts";
import type { Expected } from "./expected.ts";
import { type Finding, type Findings, shown } from "./finding.ts";
import type { Made } from "./made-types.ts";
import type { ObjectIdentity } from "./object-entry.ts";

/** What an entry is and how it is called in the program. */
export interface Place {
  readonly made: Made;
  /** In its URN. */
  readonly name: string;
}

/** Checks that an object is where the settings say: the next run deletes what the program does not register. */
export function placeFindings(
  object: ObjectIdentity,
  { made, name }: Place,
  expected: Expected,
  find: Findings,
): Finding[] {
  const { namespaces, lanes, granted, monitored, policies } = expected;
  const home = object.namespace;
  switch (made) {
    case "namespace":
      return [
        ...among(home ?? "", [""], "namespace", find),
        ...among(object.name, namespaces, "name", find),
        ...called(name, [object.name], find),
      ];
    case "service":
      return [...among(home, namespaces, "namespace", find), ...called(name, [object.name], find)];
    case "manifest":
      return manifestFindings(object, name, expected, find);
    case "credential":
      return [
        ...credentialFindings({ name: object.name, namespace: home }, expected, find),
        ...called(name, [object.name], find),
      ];
    case "pool":
      return poolFindings(object, name, expected, find);
    case "lane":
      return laneFindings(object, name, lanes, find);
    case "role":
      return [
        ...among(home, [...namespaces, ...lanes, ...granted, ...monitored], "namespace", find),
        ...among(object.name, ["launcher", ...lanes], "name", find),
        ...called(name, [`${home ?? ""}-${object.name}`], find),
      ];
    case "cluster-role":
    case "policy":
      return [
        ...among(home ?? "", [""], "namespace", find),
        ...among(object.name, made === "policy" ? policies : lanes, "name", find),
        ...called(name, [object.name], find),
      ];
    default:
      return find(`inputs: got an object of Kubernetes; allowed: none for ${made}`);
  }
}

/** Whatever is outside of the services' namespace belongs to others, too: only what the settings name is the stack's. */
function manifestFindings(
  { kind, name, namespace }: ObjectIdentity,
  called_: string,
  expected: Expected,
  find: Findings,
): Finding[] {
  const isHome = namespace === undefined || expected.namespaces.includes(namespace);
  const own = isHome ? name : `${namespace}/${name}`;
  return [
    ...outsideFindings({ kind, name, namespace }, expected, find),
    ...called(called_, [own], find),
  ];
}

/** Checks where an object of manifests is: outside of the services' namespace only if the settings name it. */
export function outsideFindings(
  { kind, name, namespace }: Pick<ObjectIdentity, "kind" | "name" | "namespace">,
  { namespaces, outside }: Pick<Expected, "namespaces" | "outside">,
  find: Findings,
): Finding[] {
  const isHome = namespace !== undefined && namespaces.includes(namespace);
  const id = `${namespace === undefined ? "" : `${namespace}/`}${kind}/${name}`;
  return isHome || outside.includes(id)
    ? []
    : find(
        `namespace and name: got ${shown(id)}; allowed: ${outside.join(", ") || "none outside of the services' namespace"}; if the manifests described it before, leave it in outside until the next up has succeeded`,
      );
}

/** A credential outside of the services' namespace shares that with others: only those that the settings name are the stack's. */
export function credentialFindings(
  {
    name,
    namespace,
  }: { readonly name: string | undefined; readonly namespace: string | undefined },
  { namespaces, credentials }: Expected,
  find: Findings,
): Finding[] {
  const id = `${namespace ?? ""}/${name ?? ""}`;
  if (namespaces.includes(namespace ?? "") || credentials.includes(id)) {
    return [];
  }
  const allowed = [...namespaces.map((each) => `${each}/…`), ...credentials].join(", ");
  return find(
    `namespace and name: got ${shown(id)}; allowed: ${allowed}; if slipway:credentials had it before, add it to slipway:former.credentials until the next up has succeeded`,
  );
}

/** A namespace of the pool is called as it is, and what is in it after both. */
function poolFindings(
  { kind, name, namespace }: ObjectIdentity,
  called_: string,
  { pool }: Expected,
  find: Findings,
): Finding[] {
  if (kind === "Namespace") {
    return [...among(name, pool, "name", find), ...called(called_, [name], find)];
  }
  return [
    ...among(namespace, pool, "namespace", find),
    ...among(name, [POOL], "name", find),
    ...called(called_, [`${namespace ?? ""}-${name}`], find),
  ];
}

function laneFindings(
  { kind, name, namespace }: ObjectIdentity,
  called_: string,
  lanes: readonly string[],
  find: Findings,
): Finding[] {
  const home = kind === "Namespace" ? name : namespace;
  const lane = /[^-]*$/.exec(home ?? "")?.[0] ?? "";
  const names = {
    Namespace: [home ?? ""],
    ServiceAccount: [`${lane}-${name}`],
    Secret: [`${lane}-launcher`],
  };
  const own = {
    Namespace: [home ?? ""],
    ServiceAccount: ["agent", "launcher"],
    Secret: ["launcher-token"],
  };
  return [
    ...among(home, lanes, "namespace", find),
    ...among(
      name,
      Object.hasOwn(own, kind) ? own[kind as keyof typeof own] : ["agents"],
      "name",
      find,
    ),
    ...called(
      called_,
      Object.hasOwn(names, kind) ? names[kind as keyof typeof names] : [lane],
      find,
    ),
  ];
}

function among(
  value: string | undefined,
  allowed: readonly string[],
  field: string,
  find: Findings,
): Finding[] {
  if (value !== undefined && allowed.includes(value)) {
    return [];
  }
  const remedy =
    "if the settings named this namespace before, add it to slipway:former.namespaces until the next up has succeeded";
  const names = allowed.join(", ") || "none";
  return find(
    `inputs.metadata.${field}: got ${shown(value)}; allowed: ${names === "" ? "none" : names}; ${remedy}`,
  );
}

/** The name in the URN tells the program's objects apart: swapped, one would be deleted for the other. */
function called(name: string, allowed: readonly string[], find: Findings): Finding[] {
  return allowed.includes(name)
    ? []
    : find(
        `name: got ${shown(name)}; allowed: ${allowed.map(shown).join(", ")}, as the program calls this object`,
      );
}
