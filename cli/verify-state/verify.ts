import { TRAEFIK_API, WEIGHTS } from "../../components/manifests/weighted.ts";
import { FIXED_OF_CLAIMS } from "../../components/service/volumes.ts";
import { DELIVERING_TYPES } from "../../contract/workload-kind.ts";
import { deploymentFindings, partsOfDeployment } from "./deployment.ts";
import { type Entry, partsOf, readEntry } from "./entry.ts";
import type { Expected } from "./expected.ts";
import { type Finding, type Findings, findingsAt, shown } from "./finding.ts";
import { isGuarded, type Made, madeOf } from "./made-types.ts";
import { identityOf, keyOf } from "./object-entry.ts";
import { providerFindings } from "./provider-entry.ts";
import { type Known, knownOf, referenceFindings } from "./references.ts";
import { scopeFindings } from "./scope.ts";
import { signatureFindings } from "./signatures.ts";

/**
 * Everything in a state that the program with these settings never wrote, by what the engine does with a state: it
 * starts the plugins that the state names, configures them as the state says, and changes and deletes what the state lists.
 *
 * @param state what `pulumi stack export` prints, as data
 */
export function stateFindings(state: unknown, expected: Expected): Finding[] {
  const { resources, pending } = partsOfDeployment(state);
  const read = resources.map((each, index) => readEntry(each, `resources[${index}]`));
  const begun = pending.map(({ resource }, index) =>
    readEntry(resource, `pending_operations[${index}].resource`),
  );
  const entries = read.flatMap((each) => each.entries);
  const known = knownOf(entries);
  return [
    ...deploymentFindings(state, expected),
    ...[...read, ...begun].flatMap(({ findings }) => findings),
    ...[...entries, ...begun.flatMap((each) => each.entries)].flatMap((entry) =>
      entryFindings(entry, known, expected),
    ),
    ...twice(entries),
  ];
}

function entryFindings(entry: Entry, known: Known, expected: Expected): Finding[] {
  const { urn, type } = entry;
  const find = findingsAt(urn);
  const parts = partsOf(urn);
  if (parts === undefined || parts.stack !== expected.stack || parts.project !== expected.project) {
    return find(
      `got the URN of a different stack; allowed: urn:pulumi:${expected.stack}::${expected.project}::…; pulumi stack rename changes all of them`,
    );
  }
  const made = madeOf(parts.qualified);
  if (made === undefined || parts.type !== type) {
    return find(
      `type: got ${shown(type)}; allowed: what the program makes at this place, and it never makes this; a program that makes more lists it in cli/verify-state/made-types.ts`,
    );
  }
  return [
    ...formFindings(entry, made, find),
    ...providerReferenceFindings(entry, made, known, find),
    ...referenceFindings(entry, known, find),
    ...(made === "provider"
      ? providerFindings(entry, { package: lastOf(type), name: parts.name }, expected, find)
      : []),
    ...scopeFindings(entry, { made, name: parts.name }, expected, find),
    ...signatureFindings(entry, find),
  ];
}

function lastOf(type: string): string {
  return type.slice(type.lastIndexOf(":") + 1);
}

const CLAIM = "kubernetes:core/v1:PersistentVolumeClaim";

/** What the program leaves to others, or to the cluster, of its objects' fields. */
const MAY_IGNORE: ReadonlyMap<string, readonly string[]> = new Map([
  ...[...DELIVERING_TYPES.keys()].map((type) => [type, ["spec.replicas"]] as const),
  [CLAIM, FIXED_OF_CLAIMS],
  [`kubernetes:${TRAEFIK_API}:TraefikService`, WEIGHTS],
]);

/** Fields that are right only for some kinds of resources. */
function formFindings(entry: Entry, made: Made, find: Findings): Finding[] {
  const isCustom = made !== "stack" && made !== "component";
  const { importID, id, ignoreChanges = [], type } = entry;
  const mayIgnore = MAY_IGNORE.get(type) ?? [];
  const others = ignoreChanges.filter((path) => !mayIgnore.includes(path));
  return [
    ...(entry.custom === isCustom
      ? []
      : find(`custom: got ${shown(entry.custom)}; allowed: ${isCustom}`)),
    ...(entry.external === true && made !== "reference" && made !== "namespace"
      ? find("external: got true; allowed: false, because the program reads only other stacks")
      : []),
    ...(entry.retainOnDelete === true && made !== "manifest" && type !== CLAIM
      ? find("retainOnDelete: got true; allowed: false, because the program keeps none of these")
      : []),
    ...(importID === undefined || importID === "" || importID === id
      ? []
      : find(`importID: got ${shown(importID)}; allowed: ${shown(id)}, its own id`)),
    ...(entry.taint === true && isGuarded(made)
      ? find(
          "taint: got true; allowed: false for what only an administrator may change; run pulumi state untaint",
        )
      : []),
    ...(entry.delete === true && isGuarded(made)
      ? find(
          "delete: got true; allowed: false for what only an administrator may change; if a run that replaced the cluster was killed, delete the object by hand and its entry with pulumi state delete",
        )
      : []),
    ...(others.length === 0
      ? []
      : find(`ignoreChanges: got ${shown(others)}; allowed: ${mayIgnore.join(", ") || "nothing"}`)),
  ];
}

/** Without a provider the engine starts the one that the state's manifest names. */
function providerReferenceFindings(
  { type, provider = "" }: Entry,
  made: Made,
  known: Known,
  find: Findings,
): Finding[] {
  const isServed = made !== "stack" && made !== "component" && made !== "provider";
  const [of = ""] = type.split(":");
  const isOwn =
    known.providers.has(provider) && partsOf(provider)?.type === `pulumi:providers:${of}`;
  return (isServed ? isOwn : provider === "")
    ? []
    : find(
        `provider: got ${shown(provider)}; allowed: ${isServed ? `a provider of this state for ${of}` : "none"}`,
      );
}

/** An object that two entries stand for is deleted with the one that the program does not register. */
function twice(entries: readonly Entry[]): Finding[] {
  const standing = entries.filter((entry) => entry.delete !== true);
  const objects = entries.flatMap((entry) => {
    const made = madeOf(partsOf(entry.urn)?.qualified ?? "");
    const object = entry.type.startsWith("kubernetes:") ? identityOf(entry) : undefined;
    return object !== undefined && made !== undefined && isGuarded(made)
      ? [{ urn: entry.urn, key: keyOf(object) }]
      : [];
  });
  return [
    ...repeated(standing.map(({ urn }) => ({ urn, key: urn }))).flatMap(({ urn }) =>
      findingsAt(urn)("stands here twice; allowed: once; remove one with pulumi state delete"),
    ),
    ...repeated(objects).flatMap(({ urn, key }) =>
      findingsAt(urn)(
        `stands for ${shown(key)} as a different entry does; allowed: one entry; the next up would delete the object with the entry that the program does not register; remove it with pulumi state delete`,
      ),
    ),
  ];
}

function repeated<Keyed extends { readonly key: string }>(all: readonly Keyed[]): Keyed[] {
  const seen = new Set<string>();
  return all.filter(({ key }) => {
    const isRepeated = seen.has(key);
    seen.add(key);
    return isRepeated;
  });
}
