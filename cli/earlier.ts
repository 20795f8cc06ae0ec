import type { HistoryEntry, ReleaseRecord } from "../contract/release-record.ts";
import { badInput } from "./exit-code.ts";
import { shortDigest } from "./words.ts";

/** Which release to go back to: one by its digest, or that many that were ready before. */
export type Wanted = { readonly to: string } | { readonly steps: number };

/**
 * The release to go back to. Steps count images that were ready, from what the stack requests now; a release
 * that failed is not a step.
 *
 * @throws CommandFailure if the history has no such release
 */
export function earlierRelease(
  service: string,
  current: Pick<ReleaseRecord, "digest">,
  history: readonly HistoryEntry[],
  wanted: Wanted,
): HistoryEntry {
  return "to" in wanted
    ? byDigest(service, history, wanted.to)
    : bySteps(service, current, history, wanted.steps);
}

function byDigest(service: string, history: readonly HistoryEntry[], digest: string): HistoryEntry {
  const start = digest.startsWith("sha256:") ? digest : `sha256:${digest}`;
  const found = images(history).filter((entry) => entry.digest.startsWith(start));
  const [only, ...others] = found;
  if (only === undefined || others.length > 0) {
    const which = found.length > 1 ? found : images(history);
    throw badInput(
      `--to: got "${digest}"; allowed: ${which.map((entry) => shortDigest(entry.digest)).join(", ") || "nothing, because there is no history"}; see npx slipway history --service ${service}`,
    );
  }
  if (only.verdict === "ready") {
    return only;
  }
  throw badInput(
    `--to: got "${digest}", which failed with ${String(only.reason)}; allowed: a release that was ready; see npx slipway history --service ${service}`,
  );
}

function bySteps(
  service: string,
  { digest }: Pick<ReleaseRecord, "digest">,
  history: readonly HistoryEntry[],
  steps: number,
): HistoryEntry {
  const ready = images(history).filter(
    (entry) => entry.verdict === "ready" && entry.digest !== digest,
  );
  const found = ready[steps - 1];
  if (found !== undefined) {
    return found;
  }
  // One step is the default: if there is none to go, --steps need not have been passed.
  const why =
    ready.length === 0
      ? `${service} has no earlier release to go back to: no other image of ${service} was ready before`
      : `--steps: got ${steps}; allowed: 1 to ${ready.length}`;
  throw badInput(`${why}; see npx slipway history --service ${service}`);
}

/** The newest release of each image; one that was ready counts before one that failed with other settings. */
function images(history: readonly HistoryEntry[]): HistoryEntry[] {
  const digests = [...new Set(history.map(({ digest }) => digest))];
  return digests.flatMap((digest) => {
    const same = history.filter((entry) => entry.digest === digest);
    return same.find(({ verdict }) => verdict === "ready") ?? same.slice(0, 1);
  });
}
