import { type Entry, partsOf } from "./entry.ts";
import { type Finding, type Findings, shown } from "./finding.ts";
import { fieldOf, textOf } from "./mapping.ts";
import { identityOf } from "./object-entry.ts";

/** The resources of a state, for whoever looks one up. */
export interface Known {
  readonly urns: ReadonlySet<string>;
  /** URN and id of the providers, joined as in the field that refers to one. */
  readonly providers: ReadonlySet<string>;
  /** Names of the namespaces that the stack creates, by URN. */
  readonly namespaces: ReadonlyMap<string, string>;
}

/** What can be referred to in a state. */
export function knownOf(entries: readonly Entry[]): Known {
  const providers = entries.filter(({ type }) => type.startsWith("pulumi:providers:"));
  const namespaces = entries.filter(({ type }) => type === "kubernetes:core/v1:Namespace");
  return {
    urns: new Set(entries.map(({ urn }) => urn)),
    providers: new Set(providers.map(({ urn, id }) => `${urn}::${id ?? ""}`)),
    namespaces: new Map(namespaces.map((each) => [each.urn, identityOf(each)?.name ?? ""])),
  };
}

/** Checks what an entry refers to. */
export function referenceFindings(entry: Entry, known: Known, find: Findings): Finding[] {
  const { dependencies = [], propertyDependencies = {} } = entry;
  const needed = [
    ...dependencies,
    ...Object.values(propertyDependencies).flatMap((all) => all ?? []),
  ];
  const missing = [...new Set(needed)].filter((urn) => !known.urns.has(urn));
  return [
    ...parentFindings(entry, known, find),
    ...deletedWithFindings(entry, known, find),
    ...missing.flatMap((urn) =>
      find(`dependencies: got ${shown(urn)}; allowed: resources of this state`),
    ),
  ];
}

/** A URN has the types of the parents, which the engine does not compare. */
function parentFindings(
  { urn, type, parent = "" }: Entry,
  known: Known,
  find: Findings,
): Finding[] {
  const within = partsOf(urn)?.within ?? "";
  const above = partsOf(parent);
  const isRoot = within === "" && (parent === "" || above?.qualified === "pulumi:pulumi:Stack");
  const isChild = within !== "" && above?.qualified === within;
  if ((isRoot || isChild) && (parent === "" || known.urns.has(parent)) && type !== "") {
    return [];
  }
  const allowed = within === "" ? "the stack" : `a resource of this state of the type ${within}`;
  return find(`parent: got ${shown(parent)}; allowed: ${allowed}`);
}

/** What goes with its namespace is not deleted by itself. With anything else it would stay behind. */
function deletedWithFindings(entry: Entry, known: Known, find: Findings): Finding[] {
  const { deletedWith = "", inputs } = entry;
  const namespace =
    textOf(fieldOf(inputs, "metadata"), "namespace") ?? textOf(inputs, "namespace") ?? "";
  if (deletedWith === "" || (namespace !== "" && known.namespaces.get(deletedWith) === namespace)) {
    return [];
  }
  return find(
    `deletedWith: got ${shown(deletedWith)}; allowed: the namespace ${shown(namespace)} that it is in, if the stack creates that`,
  );
}
