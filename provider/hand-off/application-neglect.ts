import { artifactOf } from "../../contract/hand-off-target.ts";
import { automationOf, hasLooked, isRunning } from "./application.ts";
import type { ApplicationSight } from "./application-sight.ts";
import { type Asked, isSameRepository } from "./assessment.ts";
import { going, LATE_SECONDS, type Lasting, looksElsewhere, SOON_SECONDS } from "./fault.ts";

/** Why an Application will not look at what was handed off, or will do nothing about it. */
export function neglectOf(sight: ApplicationSight, asked: Asked): Lasting | undefined {
  const { app, compared } = sight;
  const reason = "not-applied";
  const gone = going(app.metadata);
  if (gone !== undefined) {
    return gone;
  }
  const other = compared.kind === "ours" ? undefined : otherPlace(sight, asked);
  if (other !== undefined) {
    return { reason, message: `it ${other}`, lasting: SOON_SECONDS };
  }
  if (automationOf(app) !== undefined || isRunning(app.status?.operationState)) {
    return undefined;
  }
  const message = "automated sync is off";
  const notes = [
    "somebody starts the sync by hand, then the next pulumi up proves it; or set spec.syncPolicy.automated",
  ];
  const lasting = compared.kind === "ours" ? SOON_SECONDS : LATE_SECONDS;
  return { reason, message, notes, lasting };
}

/** Where it looks instead, in words. */
function otherPlace(sight: ApplicationSight, asked: Asked): string | undefined {
  const { source, app, comparedRevision } = sight;
  const { to, defaultBranch, standing } = asked;
  if (source === undefined) {
    return "has no source";
  }
  const { targetRevision = "", repoURL = "" } = source;
  const wanted = "git" in to ? to.branch : artifactOf(to.oci).tag;
  const followed = targetRevision.replace(/^refs\/heads\//, "");
  const isHead = followed === "" || followed === "HEAD";
  const isFollowed = isHead
    ? "git" in to && (defaultBranch === undefined || defaultBranch === wanted)
    : followed === wanted;
  if (!isFollowed) {
    const looks = isHead ? `HEAD, which is ${defaultBranch ?? "unknown"}` : followed;
    return `follows ${looks}, not ${wanted}`;
  }
  const there = "git" in to ? to.git : to.oci;
  const isStrange =
    comparedRevision !== undefined &&
    /^(?:sha256:)?[0-9a-f]{40,64}$/.test(comparedRevision) &&
    standing(comparedRevision).kind === "unknown";
  return hasLooked(app, { ...asked, isRefreshed: true }) &&
    isStrange &&
    !isSameRepository(repoURL, there)
    ? looksElsewhere(repoURL, there, comparedRevision)
    : undefined;
}
