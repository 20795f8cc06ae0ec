import { existsSync, readFileSync, writeFileSync } from "node:fs";

import type { Case } from "./case.ts";
import { judgedAnew, type Outcome, type Result } from "./outcome.ts";

/** What is kept of a case, so that a part of the catalogue can be measured anew without the rest. */
export interface Kept {
  /** The command, as it was typed. */
  readonly command: string;
  /** Start of the commit that was measured; with a plus where the checkout had changes. */
  readonly commit: string;
  /** ISO 8601, a day. */
  readonly date: string;
  readonly outcomes: readonly Outcome[];
}

type File = Readonly<Record<string, Kept>>;

/** Puts results in the place of those that the file has of the same cases, and returns all that it has then. */
export function keep(
  file: string,
  catalogue: readonly Case[],
  results: readonly Result[],
  about: Omit<Kept, "outcomes">,
): (Result & Kept)[] {
  const old = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as File) : {};
  const played = results.filter(({ outcomes }) => outcomes.length > 0);
  const fresh = played.map(({ entry, outcomes }) => [entry.name, { ...about, outcomes }] as const);
  const all = merged(catalogue, { ...old, ...Object.fromEntries(fresh) });
  const kept = all.map(({ entry, ...rest }) => [entry.name, rest] as const);
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`);
  return all;
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
