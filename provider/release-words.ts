import type { ReadinessInputs } from "../contract/readiness.ts";
import type { ProvedRelease, ReleaseRecord, RunningRelease } from "../contract/release-record.ts";
import { digestOf } from "../contract/image-reference.ts";
import { nounOf } from "../contract/workload-kind.ts";
import type { Properties } from "../wire/plugin.ts";
import { isUnknown } from "../wire/unknown.ts";

/** What a release is called by. */
export interface Named {
  readonly commit?: string | null;
  readonly image: string;
  readonly manifestHash: string;
}

/** Goes with each rollback, because its name promises more. */
export const SCOPE = "only the pod template was restored; no database migration was undone";

/** The Job that changed the schema of a release's database last, null or undefined if none did. */
export function schemaOf({ migrated }: Pick<ReadinessInputs, "migrated">) {
  return migrated?.record.last;
}

/** Whether the database has been migrated since an earlier release was proved. */
export function isOnNewerSchema(
  release: Pick<ReadinessInputs, "migrated">,
  { migratedBy }: Pick<ProvedRelease, "migratedBy">,
): boolean {
  const last = schemaOf(release);
  return typeof last === "string" && last !== migratedBy;
}

/** What a rollback to an earlier release has left as it is. */
export function scopeOf(release: Pick<ReadinessInputs, "migrated">, to: ProvedRelease): string {
  return isOnNewerSchema(release, to)
    ? `${SCOPE}: the schema stays as job ${schemaOf(release) ?? ""} has left it`
    : SCOPE;
}

/** What to do with a release that was rolled back. */
export const REMEDY = "change it, or retry with pulumi up --refresh";

/**
 * A release in a few words: its digest and commit, shortened. If another release in the sentence has the same digest,
 * the manifests distinguish them.
 */
export function called({ commit, image, manifestHash }: Named, other?: Named): string {
  const digest = digestOf(image) ?? "";
  const isSame = other !== undefined && digestOf(other.image) === digest;
  const details = [
    ...(commit ? [`commit ${commit.slice(0, 12)}`] : []),
    ...(isSame ? [`manifests ${short(manifestHash)}`] : []),
  ];
  return `${short(digest)}${details.length > 0 ? ` (${details.join(", ")})` : ""}`;
}

/** What runs instead of a release, in half a sentence. */
export function standing(running: RunningRelease | null, failed: Named): string {
  if (running === null) {
    return "an earlier release runs";
  }
  const state = running.verdict === "ready" ? "and is ready" : `but is ${running.reason ?? ""}`;
  return `${called(running, failed)} runs instead ${state}`;
}

/**
 * One line for a preview: how the stored release ended, and what the program asks for now.
 * @param anew whether the rules of the verdict differ; by default they do not
 */
export function outlook(
  service: string,
  stored: ReleaseRecord,
  news: Properties,
  anew = false,
): string {
  const { reason, running } = stored;
  const since = running === null ? "and was left as it is" : `and ${standing(running, stored)}`;
  return `${service}: ${called(stored, running ?? undefined)} failed with ${reason ?? ""}, ${since}; ${wish(stored, news, anew)}`;
}

/** One line for a preview in which nothing of the release changes, and its Deployment does not exist. */
export function gone(service: string, { namespace, deployment }: Properties): string {
  const workload = deployment as ReadinessInputs["deployment"];
  return `${service}: ${nounOf(workload)} ${String(namespace)}/${workload.name} does not exist any more, but the stack's state still has it; run pulumi up --refresh, which creates again what is gone`;
}

function wish(stored: ReleaseRecord, news: Properties, anew: boolean): string {
  if (isUnknown(news["image"]) || isUnknown(news["manifestHash"])) {
    return "the program asks for an image that is not built yet";
  }
  const { commit, image, manifestHash, deployment } = news as unknown as ReadinessInputs;
  const isOther = image !== stored.image || manifestHash !== stored.manifestHash;
  if (isOther) {
    return `the program asks for ${called({ commit: commit ?? null, image, manifestHash }, stored)}`;
  }
  if (anew) {
    return "the program asks for it again, with other rules for its verdict";
  }
  return stored.running !== null && deployment.generation === stored.generation
    ? `the program asks for it again, which pulumi up refuses: ${REMEDY}`
    : "the program asks for it again";
}

function short(hash: string): string {
  return hash.slice(0, "sha256:".length + 12);
}
