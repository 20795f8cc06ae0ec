import { artifactOf } from "../../contract/hand-off-target.ts";
import { oneLine } from "../cluster/one-line.ts";
import { type Asked, isSameRepository } from "./assessment.ts";
import { conditionOf, saidBy } from "./condition.ts";
import {
  going,
  LATE_SECONDS,
  type Lasting,
  looksElsewhere,
  PASSING_SECONDS,
  SOON_SECONDS,
} from "./fault.ts";
import { type FluxSource, revisionIn, sourceTitleOf } from "./kustomization.ts";
import type { KustomizationSight } from "./kustomization-sight.ts";

/** Why a Kustomization does nothing. */
export function neglectOf({ kustomization, source }: KustomizationSight): Lasting | undefined {
  const reason = "not-applied";
  const { metadata, spec } = kustomization;
  const gone = going(metadata);
  if (gone !== undefined) {
    return gone;
  }
  if (spec?.suspend === true) {
    const notes = ["flux resume kustomization continues it"];
    return { reason, message: "it is suspended", notes, lasting: SOON_SECONDS };
  }
  if (source?.spec?.suspend === true) {
    const message = `its source, ${sourceTitleOf(kustomization)}, is suspended`;
    return { reason, message, lasting: SOON_SECONDS };
  }
  return undefined;
}

/** Why its source does not bring what was handed off. */
export function sourceFaultOf(sight: KustomizationSight, asked: Asked): Lasting | undefined {
  const { kustomization, source, attempted } = sight;
  const reason = "not-applied";
  const title = sourceTitleOf(kustomization);
  if (source === null) {
    return { reason, message: `its source, ${title}, does not exist`, lasting: LATE_SECONDS };
  }
  if (source === undefined || attempted.kind === "ours") {
    return undefined;
  }
  const other = otherPlace(source, asked);
  if (other !== undefined) {
    return { reason, message: `its source, ${title}, ${other}`, lasting: SOON_SECONDS };
  }
  const ready = conditionOf(source.status?.conditions, "Ready");
  if (ready?.status !== "False") {
    return undefined;
  }
  const message = `its source, ${title}, is not ready: ${saidBy(ready)}`;
  return { reason, message, lasting: PASSING_SECONDS };
}

/** What a source follows instead. */
function otherPlace({ spec = {}, status }: FluxSource, asked: Asked): string | undefined {
  const { url = "", ref = {} } = spec;
  const { to } = asked;
  const wanted = "git" in to ? to.branch : artifactOf(to.oci).tag;
  const followed = "git" in to ? branchOf(ref) : tagOf(ref);
  if (followed !== wanted) {
    return `follows ${oneLine(followed, 100)}, not ${wanted}`;
  }
  const there = "git" in to ? to.git : `oci://${artifactOf(to.oci).repository}`;
  const revision = revisionIn(status?.artifact?.revision);
  const isStrange = revision !== undefined && asked.standing(revision).kind === "unknown";
  return isStrange && !isSameRepository(url, there)
    ? looksElsewhere(url, there, revision)
    : undefined;
}

/** As Flux reads a reference: the most exact one counts. */
function branchOf({
  commit,
  name,
  semver,
  tag,
  branch,
}: NonNullable<FluxSource["spec"]>["ref"] & {}) {
  if (commit !== undefined) {
    return `commit ${commit}`;
  }
  if (name !== undefined) {
    return name.replace(/^refs\/heads\//, "");
  }
  return semver !== undefined
    ? `tag ${semver}`
    : tag !== undefined
      ? `tag ${tag}`
      : (branch ?? "master");
}

function tagOf({ digest, semver, tag }: NonNullable<FluxSource["spec"]>["ref"] & {}): string {
  return digest ?? semver ?? tag ?? "latest";
}
