import { CREDENTIAL } from "../../contract/marks.ts";
import { type Fields, fieldsAt, isOfProvider, type ManagedFields } from "./managed-fields.ts";
import type { Deployment, ReplicaSet } from "./objects.ts";

/** A Deployment's pod template, or that of one of its ReplicaSets. */
export type PodTemplate = NonNullable<Deployment["spec"]>["template"];

/** Set on the pods of each ReplicaSet by the controllers of a Deployment and of a Rollout. */
const HASH_LABELS: readonly string[] = ["pod-template-hash", "rollouts-pod-template-hash"];

const ANNOTATIONS = ["f:spec", "f:template", "f:metadata", "f:annotations"];

/** A ReplicaSet's pod template as its Deployment had it. */
export function templateOf({ spec }: ReplicaSet): PodTemplate {
  return withoutHash(spec?.template ?? {});
}

/** A pod template without what the Deployment controller adds to it for each of its ReplicaSets. */
export function withoutHash({ metadata, ...rest }: PodTemplate): PodTemplate {
  const labels = Object.entries(metadata?.labels ?? {}).filter(
    ([label]) => !HASH_LABELS.includes(label),
  );
  return { ...rest, metadata: { ...metadata, labels: Object.fromEntries(labels) } };
}

/**
 * What a pod template runs: all of it except the annotations of others, such as the one of `kubectl rollout restart`. Two
 * templates of the same content are the same release.
 */
export function contentOf(template: PodTemplate): PodTemplate {
  const { metadata, ...rest } = withoutHash(template);
  const own = Object.entries(metadata?.annotations ?? {}).filter(([key]) => isOwn(key));
  return { ...rest, metadata: { ...metadata, annotations: Object.fromEntries(own) } };
}

/** A template with the annotations that others have on the live one: they are no part of a release. */
export function withAnnotationsOfOthers(template: PodTemplate, live: Deployment): PodTemplate {
  const { annotations, ...metadata } = template.metadata ?? {};
  const present = live.spec?.template.metadata?.annotations ?? {};
  const declared = annotationsIn(live.metadata?.managedFields ?? [], isOfProvider);
  const ofOthers = Object.entries(present).filter(([key]) => !isOwn(key) && !declared.has(key));
  const all = { ...annotations, ...Object.fromEntries(ofOthers) };
  const hasAny = Object.keys(all).length > 0;
  return { ...template, metadata: { ...metadata, ...(hasAny && { annotations: all }) } };
}

/** Whether an annotation of the pod template is one that Slipway writes. */
export function isOwn(annotation: string): boolean {
  return annotation.startsWith(CREDENTIAL);
}

/** The annotations of the pod template that belong to some managers. */
export function annotationsIn(
  managedFields: readonly ManagedFields[],
  belongs: (entry: ManagedFields) => boolean,
): ReadonlySet<string> {
  const names = managedFields
    .filter(belongs)
    .flatMap(({ fieldsV1 }) => Object.keys(fieldsAt(fieldsV1, ANNOTATIONS) ?? {}))
    .flatMap((key) => (key.startsWith("f:") ? [key.slice(2)] : []));
  return new Set(names);
}

/** Whether a manager has written something of the pod template's content. */
export function writesContent({ fieldsV1 }: ManagedFields): boolean {
  const template = fieldsAt(fieldsV1, ANNOTATIONS.slice(0, 2));
  if (template === undefined) {
    return false;
  }
  const { "f:metadata": metadata, ...rest } = template;
  const { "f:annotations": annotations, ...others } = (metadata ?? {}) as Fields;
  return (
    metadata === undefined ||
    [...Object.keys(rest), ...Object.keys(others)].some((key) => key !== ".") ||
    Object.keys(annotations ?? {}).some((key) => isOwn(key.replace(/^f:/, "")))
  );
}

/** Whether these are no more than annotations of the pod template that no release has, as of a restart. */
export function isRestart(entry: ManagedFields): boolean {
  const { "f:template": template, ...others } = fieldsAt(entry.fieldsV1, ["f:spec"]) ?? {};
  return template !== undefined && Object.keys(others).length === 0 && !writesContent(entry);
}
