import type { Evidence } from "../../contract/evidence.ts";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import {
  LISTED_PODS,
  type PreviousRelease,
  RECORD_VERSION,
  type ReleasedPod,
  type ReleaseRecord,
} from "../../contract/release-record.ts";
import { digestOf } from "../../contract/image-reference.ts";
import { newReplicaSet, podsOf } from "../verdict/revision.ts";
import type { Proof, ProvedPod } from "../verdict/finding.ts";
import { nameOf, type Observed, type ReplicaSet } from "../verdict/objects.ts";
import { UNPROVED } from "../monitoring/scrape-proof.ts";
import { oneLine } from "../cluster/one-line.ts";
import { groupIn } from "./group-record.ts";
import { releasedPods } from "./released-pod.ts";
import type { Judgement } from "../waiting/wait.ts";

/** How many warnings a record has at most. */
const WARNINGS = 10;

const WARNING_CHARACTERS = 500;

/** The release record of a verdict, without the evidence: that is gathered only for a failure. */
export function recordOf(
  inputs: ReadinessInputs,
  { verdict, observed }: Judgement<Observed, Proof>,
  { startedAt, seconds }: Pick<ReleaseRecord, "startedAt" | "seconds">,
  stored: ReleaseRecord | undefined,
): ReleaseRecord {
  const ready = verdict.kind === "ready";
  const replicaSet = newReplicaSet(observed);
  const pods = ready ? verdict.pods : replicaSet ? runningPods(inputs, replicaSet, observed) : [];
  return {
    version: RECORD_VERSION,
    commit: inputs.commit ?? null,
    dirty: inputs.dirty,
    image: inputs.image,
    digest: digestOf(inputs.image) ?? "",
    manifestHash: inputs.manifestHash,
    namespace: inputs.namespace,
    verdict: verdict.kind,
    reason: ready ? null : verdict.reason,
    ...(inputs.deployment.kind && { kind: inputs.deployment.kind }),
    generation: inputs.deployment.generation,
    replicaSet: ready ? verdict.replicaSet : (replicaSet?.metadata?.name ?? null),
    ...listed(releasedPods(pods, inputs, observed, stored)),
    startedAt,
    seconds: Math.round(seconds * 10) / 10,
    previous: previousOf(stored, inputs),
    warnings: ready ? warningsOf(verdict) : [],
    ...exceptionsOf(inputs),
    ...groupIn(inputs, ready ? null : verdict.reason),
    ...migrationOf(inputs),
    ...handOffOf(inputs),
    running: null,
    evidence: null,
  };
}

/** What has migrated its database. */
function migrationOf({ migrated }: ReadinessInputs) {
  const record = migrated?.record;
  return record && { migratedBy: record.last, migration: record };
}

/** What it was handed off with. */
function handOffOf({ handOff }: ReadinessInputs) {
  if (handOff === undefined) {
    return {};
  }
  const { revision, sync, health } = handOff;
  return { handOff: { revision, sync, health } };
}

/** How it leaves what every service has. */
function exceptionsOf({ allow, patched, podSecurity, waived }: ReadinessInputs) {
  return {
    ...(allow && { allow }),
    ...(patched && { patched }),
    ...(podSecurity !== undefined && { podSecurity }),
    ...(waived && { waived }),
  };
}

/**
 * The evidence of a failure that was looked at again. While the verdict is the same, what was found when it was made
 * stays: it shows how the release failed, and is not a change at every look.
 */
export function evidenceAfterLook(
  record: ReleaseRecord,
  stored: ReleaseRecord | undefined,
  found: Evidence,
): Evidence {
  const isSame =
    stored?.generation === record.generation &&
    stored.verdict === record.verdict &&
    stored.reason === record.reason;
  return (isSame ? stored.evidence : null) ?? found;
}

/** The warnings of a ready release, small enough to be kept. */
function warningsOf({ notes = [] }: Proof): string[] {
  return notes.slice(0, WARNINGS).map((note) => oneLine(note, WARNING_CHARACTERS));
}

/**
 * The warnings of a release that was looked at again. The events that they are from are kept for an hour; while the
 * verdict is the same, what was found then stays, and what is new joins it.
 *
 * @param isSilent whether Prometheus did not answer
 */
export function warningsAfterLook(
  record: ReleaseRecord,
  stored: ReleaseRecord | undefined,
  isSilent = false,
): readonly string[] {
  const isSame = stored?.generation === record.generation && record.verdict === "ready";
  const kept = isSame && stored.verdict === "ready" ? stored.warnings : [];
  // What Prometheus lacked is asked for at each look.
  const earlier = kept.filter(
    (warning) => isSilent || !UNPROVED.some((start) => warning.startsWith(start)),
  );
  return [...new Set([...earlier, ...record.warnings])].slice(-WARNINGS);
}

/** As many pods as a record lists: those that took longest say why the release did. */
function listed(pods: readonly ReleasedPod[]): Pick<ReleaseRecord, "pods" | "otherPods"> {
  if (pods.length <= LISTED_PODS) {
    return { pods };
  }
  const last = new Set(
    pods.toSorted((one, other) => readyTime(other) - readyTime(one)).slice(0, LISTED_PODS),
  );
  return { pods: pods.filter((pod) => last.has(pod)), otherPods: pods.length - LISTED_PODS };
}

/** One that is not ready comes last. */
function readyTime({ readyAt }: ReleasedPod): number {
  return readyAt === null ? Number.MAX_VALUE : Date.parse(readyAt);
}

/** What a release that is not ready runs so far, by the nodes' word. */
function runningPods(
  { service }: ReadinessInputs,
  replicaSet: ReplicaSet,
  { pods }: Observed,
): ProvedPod[] {
  return podsOf(replicaSet, pods).flatMap((pod) => {
    const known = (pod.status?.containerStatuses ?? []).filter(({ imageID }) => imageID !== "");
    const { imageID } = known.find(({ name }) => name === service) ?? known[0] ?? {};
    return imageID === undefined ? [] : [{ name: nameOf(pod), imageID }];
  });
}

/**
 * The last release that was ready and differs from these inputs, by the stored record: the stored release itself, or
 * the one before it if the stored one failed or only its commit differs.
 */
export function previousOf(
  stored: ReleaseRecord | undefined,
  inputs: ReadinessInputs,
): PreviousRelease | null {
  const candidates = [stored?.verdict === "ready" ? stored : undefined, stored?.previous];
  const last = candidates.find((candidate) => candidate && differs(candidate, inputs));
  if (!last) {
    return null;
  }
  const { commit, image, digest, manifestHash } = last;
  return { commit: commit ?? null, image, digest, manifestHash };
}

function differs(
  { digest, manifestHash }: Pick<PreviousRelease, "digest" | "manifestHash">,
  inputs: ReadinessInputs,
): boolean {
  return digest !== digestOf(inputs.image) || manifestHash !== inputs.manifestHash;
}
