import { existsSync, readFileSync, writeFileSync } from "node:fs";

import type { Case } from "./case.ts";
import { judgedAnew, type Outcome, type Result } from "./outcome.ts";

/** What is kept of a case, so that a part of the catalogue can be measured anew without the rest. */
export interface Kept {
  /** The command, as it was typed. */
  readonly command: string;
  /** Starts of the commits that were measured, with commas; with a plus where the checkout had changes. */
  readonly commit: string;
  /** ISO 8601, a day. */
  readonly date: string;
  readonly outcomes: readonly Outcome[];
}

type File = Readonly<Record<string, Kept>>;

/** What a file has of these cases. */
export function kept(file: string, catalogue: readonly Case[]): (Result & Kept)[] {
  return existsSync(file) ? merged(catalogue, JSON.parse(readFileSync(file, "utf8")) as File) : [];
}

/** A case's runs, after those that were kept of it. */
export function added(before: (Result & Kept) | undefined, now: Result & Kept): Result & Kept {
  if (before === undefined) {
    return now;
  }
  const commits = new Set([...before.commit.split(", "), now.commit]);
  const outcomes = [...before.outcomes, ...now.outcomes];
  return { ...now, commit: [...commits].join(", "), outcomes };
}

/**
 * Puts results in the place of those that the file has of the same cases, and returns all that it has then.
 *
 * @param earlier what they are added to
 */
export function keep(
  file: string,
  catalogue: readonly Case[],
  results: readonly Result[],
  about: Omit<Kept, "outcomes">,
  earlier: readonly (Result & Kept)[] = [],
): (Result & Kept)[] {
  const old = kept(file, catalogue);
  const played = results.filter(({ outcomes }) => outcomes.length > 0);
  const fresh = played.map((result) =>
    added(named(earlier, result.entry), { ...result, ...about }),
  );
  const all = catalogue.flatMap((entry) => named(fresh, entry) ?? named(old, entry) ?? []);
  const entries = all.map(({ entry, ...rest }) => [entry.name, rest] as const);
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
  return all;
}

function named(results: readonly (Result & Kept)[], { name }: Case): (Result & Kept) | undefined {
  return results.find(({ entry }) => entry.name === name);
}

/** In the catalogue's order; what is no longer in the catalogue is dropped. */
function merged(catalogue: readonly Case[], file: File): (Result & Kept)[] {
  return catalogue.flatMap((entry) => {
    const kept = file[entry.name];
    if (kept === undefined) {
      return [];
    }
    const outcomes = kept.outcomes.map((outcome) => judgedAnew(entry, outcome));
    return [{ entry, ...kept, outcomes }];
  });
}
