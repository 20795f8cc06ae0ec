import type { ControllerReport } from "../../contract/hand-off.ts";
import { oneLine } from "../cluster/one-line.ts";
import { type Asked, type Assessment, type Fault, missingFrom } from "./assessment.ts";
import { short, type Standing } from "./lineage.ts";

/** A controller that has just begun, or a cache that is behind, says something else in a moment. */
export const SOON_SECONDS = 3;
/** Longer than a server that restarts, a network that fails once, or a definition that was applied just now. */
export const PASSING_SECONDS = 30;
/** Who is about to make it, or to list its objects, has done so by then. */
export const LATE_SECONDS = 20;

/** What is wrong, and for how many seconds it must be so. */
export type Lasting = Fault & { readonly lasting: number };

/** What is known of a controller that nobody has seen. */
export const NOT_SEEN: ControllerReport = {
  sync: null,
  health: null,
  revision: null,
  drift: [],
  selfHeal: null,
};

export function failed(report: ControllerReport, fault: Lasting): Assessment {
  return { kind: "failed", report, ...fault };
}

/** There is no such object of a controller. */
export function absent({ isFirst }: Asked): Assessment {
  const lasting = isFirst ? Infinity : LATE_SECONDS;
  return failed(NOT_SEEN, { reason: "not-applied", message: "does not exist", lasting });
}

/** Somebody else's revision is in the place of ours. */
export function takenOver(
  report: ControllerReport,
  standings: readonly Standing[],
): Assessment | undefined {
  const taker = standings.find(({ kind }) => kind === "foreign");
  return taker?.kind === "foreign"
    ? failed(report, { reason: "superseded", message: taker.words, lasting: 0 })
    : undefined;
}

/**
 * It has applied our revision, and not what is proved: it looks at a different folder.
 *
 * @param looksAt in words
 */
export function lacking(
  { workloads, revision, to }: Asked,
  looksAt: string,
  has: Parameters<typeof missingFrom>[1],
): Lasting | undefined {
  const missing = missingFrom(workloads, has);
  if (missing.length === 0) {
    return undefined;
  }
  const wanted = "git" in to ? `, not at ${to.path}` : "";
  const message = `it has applied ${short(revision)}, and has no ${missing.join(", ")}: it looks at ${looksAt}${wanted}`;
  return { reason: "not-applied", message, lasting: LATE_SECONDS };
}

/** Its object is going. */
export function going(metadata: { readonly deletionTimestamp?: string } = {}): Lasting | undefined {
  const { deletionTimestamp: since } = metadata;
  return since === undefined
    ? undefined
    : {
        reason: "not-applied",
        message: `it is being deleted since ${since}`,
        lasting: SOON_SECONDS,
      };
}

/** In words, that it looks at a place whose revision ours knows nothing of. */
export function looksElsewhere(url: string, there: string, revision: string): string {
  return `looks at ${oneLine(url, 200)}, not at ${there}: revision ${short(revision)} is unknown there`;
}
