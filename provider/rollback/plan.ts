import { isDeepStrictEqual } from "node:util";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { ProvedRelease } from "../../contract/release-record.ts";
import type { Stored } from "../readiness/state.ts";
import { kindOf, nounOf, revisionNounOf } from "../../contract/workload-kind.ts";
import { isPodOf, newReplicaSet } from "../verdict/revision.ts";
import type { Finding } from "../verdict/finding.ts";
import { podLossOf } from "../verdict/lost-pod.ts";
import { nameOf, type Observed } from "../verdict/objects.ts";
import { contentOf, type PodTemplate, templateOf } from "../verdict/pod-template.ts";
import { REASONS } from "../verdict/reasons.ts";
import { called, isOnNewerSchema, schemaOf } from "../release-words.ts";

/** Nothing is restored. */
export interface Stay {
  readonly kind: "stay";
  /** Undefined if that goes without saying. */
  readonly why: string | undefined;
}

/** What is to be done about a release that failed. */
export type Plan<Template = PodTemplate> =
  { readonly kind: "restore"; readonly to: ProvedRelease; readonly template: Template } | Stay;

/** Decides whether the last release that was ready is to be restored. */
export function planRollback(
  release: ReadinessInputs,
  { reason }: Finding,
  { lastReady, lastReadyTemplate }: Omit<Stored, "release" | "history">,
  observed: Observed,
): Plan {
  if (!REASONS[reason].rollsBack) {
    return { kind: "stay", why: undefined };
  }
  const to = restorable(release, lastReady);
  if (to.kind === "stay") {
    return to;
  }
  const present = newReplicaSet(observed);
  const target = targetOf(to, release);
  if (present !== undefined && nameOf(present) === to.replicaSet) {
    return stay(`${target} has the same pod template`);
  }
  const template = liveTemplate(observed, to.replicaSet) ?? keptTemplate(lastReadyTemplate);
  if (template === undefined) {
    return stay(
      `${revisionNounOf(to)} ${to.replicaSet}, which kept the pod template of ${target} is gone`,
    );
  }
  if (!isSelected(template, observed)) {
    return stay(`the pods of ${target} have other labels than the ${nounOf(to)} selects by now`);
  }
  return reason === "evicted" && isEvicted(template, observed)
    ? stay(`pods of ${target} are evicted as well`)
    : { kind: "restore", to, template };
}

/** The last release that was ready, unless it is not to be restored, whatever has become of its template. */
export function restorable(
  release: ReadinessInputs,
  lastReady: ProvedRelease | null,
): ProvedRelease | Stay {
  const { rollback, deployment } = release;
  if (lastReady === null) {
    return stay("no release was ready before; this one is left in place for you to examine");
  }
  if (rollback === false) {
    return stay("rollback is false; the release is left in place");
  }
  if (isRefused(release, lastReady)) {
    return stay(
      `migrate.back is refuse, and ${targetOf(lastReady, release)} is older than the last migration, job ${schemaOf(release) ?? ""}; pods of it serve as far as they still run; deliver a fix, or set back: keep if it works with the schema of now`,
    );
  }
  return kindOf(deployment) === kindOf(lastReady)
    ? lastReady
    : stay(
        `the last release that was ready was a ${nounOf(lastReady)}, which is deleted only after a release of this kind is ready`,
      );
}

/** Whether the settings want no release on a schema that is newer than it. */
function isRefused(release: ReadinessInputs, to: ProvedRelease): boolean {
  return release.migrated?.record.back === "refuse" && isOnNewerSchema(release, to);
}

/** What would be restored, in the middle of a sentence. */
export function targetOf(to: ProvedRelease, release: ReadinessInputs): string {
  return `the last release that was ready, ${called(to, release)},`;
}

/** A plan to restore nothing, with the reason. */
export function stay(why: string): Stay {
  return { kind: "stay", why: `not rolled back: ${why}` };
}

/** The template as its ReplicaSet has it, with the API server's present defaults. */
function liveTemplate({ replicaSets }: Observed, name: string): PodTemplate | undefined {
  const found = replicaSets.find((candidate) => nameOf(candidate) === name);
  return found?.spec?.template === undefined ? undefined : templateOf(found);
}

/** States of earlier versions have none. */
function keptTemplate(text: string | undefined): PodTemplate | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as PodTemplate);
}

/** The API server accepts no other template; a selector changes only where the object is replaced. */
function isSelected({ metadata }: PodTemplate, { deployment }: Observed): boolean {
  const { matchLabels = {} } = deployment?.spec?.selector ?? {};
  return Object.entries(matchLabels).every(([key, value]) => metadata?.labels?.[key] === value);
}

/** Whether pods of the template are evicted, also those of a restart. */
function isEvicted(template: PodTemplate, { pods, replicaSets, warnings }: Observed): boolean {
  const content = contentOf(template);
  const alike = replicaSets.filter((candidate) =>
    isDeepStrictEqual(contentOf(templateOf(candidate)), content),
  );
  const own = pods.filter((pod) => alike.some((candidate) => isPodOf(candidate, pod)));
  return own.some((pod) => podLossOf(pod, warnings)?.reason === "evicted");
}
