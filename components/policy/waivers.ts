import type { PolicyDefinition, Waiver } from "./definition.ts";
import { idOf, type Planned } from "./objects.ts";

/** A waiver with the objects that it is for. */
export interface FoundWaiver extends Waiver {
  readonly rule: string;
  /** As the settings name it. */
  readonly object: string;
  /** As `Kind/name`. */
  readonly ids: readonly string[];
  /** The services and extras that have them. */
  readonly owners: readonly string[];
}

/** One object, not all whose names begin so. */
const OF_OTHERS = /^\w+\/[^*/]+$/;

/** The waivers of the settings, each with its objects; and what is wrong with others, a line each. */
export function foundWaivers(
  { waive = {}, admission = false }: PolicyDefinition,
  planned: readonly Planned[],
): { readonly waivers: readonly FoundWaiver[]; readonly faults: readonly string[] } {
  const waivers: FoundWaiver[] = [];
  const faults: string[] = [];
  for (const [rule, objects] of Object.entries(waive)) {
    for (const [object, waiver] of Object.entries(objects)) {
      const meant = planned.filter((each) => isMeant(each, object));
      if (meant.length === 0 && !(admission && OF_OTHERS.test(object))) {
        faults.push(
          `slipway:policy.waive.${rule}["${object}"]: the stack has no such object; allowed: the name of a service or extra, Kind/name of one of their objects${admission ? ", or of one that others make" : ""}; remove it`,
        );
        continue;
      }
      const ids = meant.length === 0 ? [object] : meant.map((each) => idOf(each.object));
      const owners = [...new Set(meant.map(({ owner }) => owner))];
      waivers.push({ ...waiver, rule, object, ids: [...new Set(ids)], owners });
    }
  }
  return { waivers, faults };
}

/** A service or extra stands for all that it has. */
function isMeant({ owner, object }: Planned, named: string): boolean {
  return named === owner || named === idOf(object) || named === object.metadata.name;
}

/** By the name of a rule, the objects that may break it. */
export function waivedIds(waivers: readonly FoundWaiver[]): Readonly<Record<string, string[]>> {
  const byRule = Map.groupBy(waivers, ({ rule }) => rule);
  const sorted = [...byRule].map(([rule, own]) => {
    return [rule, [...new Set(own.flatMap(({ ids }) => ids))].sort()] as const;
  });
  return Object.fromEntries(sorted);
}

/** A waiver in one line, for people. */
export function waiverLine({ rule, object, until, why }: FoundWaiver): string {
  return `${rule} of ${object} until ${until}: ${why}`;
}
