import { ALLOWED, MADE_HERE } from "../../contract/marks.ts";
import type { Service } from "../service-definition.ts";
import type { Marked } from "../service/backend.ts";

/** Selects a service's pods. Kubernetes never lets it change, so it holds nothing that could. */
export function selectorLabels({ name }: Pick<Service, "name">): Record<string, string> {
  return { "app.kubernetes.io/name": name };
}

/** Labels of a pod: those that stay the same from release to release, so that they restart nothing. */
export function podLabels(service: Pick<Service, "name" | "namespace">): Record<string, string> {
  return {
    ...selectorLabels(service),
    "app.kubernetes.io/instance": service.name,
    "app.kubernetes.io/part-of": service.namespace,
    ...MADE_HERE,
  };
}

/** Has an `up` undo what somebody changed by hand. */
export const TAKES_BACK = { "pulumi.com/patchForce": "true" };

/** Name, namespace, labels and annotations of an object that belongs to a service. */
export function metadataOf(service: Service, annotations: Readonly<Record<string, string>> = {}) {
  const { name, namespace, version } = service;
  const own = { ...podLabels(service), [VERSION]: version };
  const labels = { ...service.labels, ...own };
  return {
    name,
    namespace,
    labels,
    annotations: {
      ...service.annotations,
      ...TAKES_BACK,
      ...(service.allow.length > 0 && { [ALLOWED]: service.allow.join(",") }),
      ...annotations,
    },
  };
}

/** The label that changes with each release. */
const VERSION = "app.kubernetes.io/version";

/**
 * Metadata of an object of which something else writes a field, too: a release that changed the object would give the field the value
 * that it has without that.
 */
export function lasting<Metadata extends { readonly labels: Readonly<Record<string, string>> }>(
  metadata: Metadata,
): Metadata {
  const labels = Object.entries(metadata.labels).filter(([label]) => label !== VERSION);
  return { ...metadata, labels: Object.fromEntries(labels) };
}

/** The same with the labels and annotations that the settings give the object; what Slipway needs itself comes first. */
export function markedMetadataOf(
  service: Service,
  { labels, annotations }: Pick<Marked, "labels" | "annotations">,
  own: Readonly<Record<string, string>>,
) {
  const metadata = metadataOf(service, own);
  return {
    ...metadata,
    labels: { ...labels, ...metadata.labels },
    annotations: { ...annotations, ...metadata.annotations },
  };
}

/** Keeps the Kubernetes provider from waiting: Readiness waits, and knows more about a failure. */
export const SKIP_AWAIT = { "pulumi.com/skipAwait": "true" };

/** An object is gone at once, and its pods end after it. */
export const GONE_AT_ONCE = { "pulumi.com/deletionPropagationPolicy": "background" };
