import type { Service } from "../service-definition.ts";
import { metadataOf, selectorLabels } from "./labels.ts";

/** The group of what the Prometheus operator reads. */
export const MONITORING_API = "monitoring.coreos.com/v1";

/**
 * Has Prometheus scrape each pod of a service, undefined if it shows no metrics. It selects pods, not a Service: that may lack the
 * port, or not be there, and a label less can be wrong.
 *
 * @see https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PodMonitor
 */
export function podMonitorManifest(service: Service) {
  const { metrics } = service;
  if (metrics === undefined) {
    return undefined;
  }
  const { port, path, scheme, interval } = metrics;
  return {
    apiVersion: MONITORING_API,
    kind: "PodMonitor",
    metadata: monitoringMetadata(service, service.name),
    spec: {
      selector: { matchLabels: selectorLabels(service) },
      podMetricsEndpoints: [
        {
          port,
          path,
          ...(scheme === "https" && { scheme }),
          ...(interval !== undefined && { interval: `${interval}s` }),
        },
      ],
    },
  };
}

/** Metadata with the labels by which the operator selects. What Slipway needs itself comes first. */
export function monitoringMetadata(service: Service, name: string) {
  const { labels, ...metadata } = metadataOf(service);
  return { ...metadata, name, labels: { ...service.monitoring?.labels, ...labels } };
}

/** The label `job` of all that Prometheus scrapes by the PodMonitor of a service. */
export function jobOf({ name, namespace }: Pick<Service, "name" | "namespace">): string {
  return `${namespace}/${name}`;
}
