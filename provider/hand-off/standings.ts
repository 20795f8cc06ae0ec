import type { Lineage, Standing } from "./lineage.ts";

/** A revision that is unknown may be fetched a moment later: to ask takes a request to the repository. */
const UNKNOWN_MILLISECONDS = 15_000;

/** How the revisions that a controller has named stand to ours. */
export class Standings {
  readonly #lineage: Lineage;
  readonly #known = new Map<string, { readonly standing: Standing; readonly until: number }>();

  constructor(lineage: Lineage) {
    this.#lineage = lineage;
  }

  async learn(revisions: readonly string[]): Promise<void> {
    for (const revision of new Set(revisions)) {
      const until = this.#known.get(revision)?.until ?? 0;
      if (performance.now() >= until) {
        const standing = await this.#lineage.standing(revision);
        const isFinal = standing.kind === "ours" || standing.kind === "foreign";
        const next = isFinal ? Infinity : performance.now() + UNKNOWN_MILLISECONDS;
        this.#known.set(revision, { standing, until: next });
      }
    }
  }

  of = (revision: string): Standing => this.#known.get(revision)?.standing ?? { kind: "unknown" };
}
