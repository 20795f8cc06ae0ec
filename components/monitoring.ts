import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

import type { WorkloadManifests } from "./manifests/workload.ts";

/** What watches the service: Prometheus' operator and Grafana's sidecar read it. */
export function declareMonitoring(
  name: string,
  { podMonitor, prometheusRule, dashboard }: WorkloadManifests,
  child: pulumi.CustomResourceOptions,
): void {
  for (const manifest of [podMonitor, prometheusRule]) {
    if (manifest !== undefined) {
      new k8s.apiextensions.CustomResource(name, manifest, child);
    }
  }
  if (dashboard !== undefined) {
    new k8s.core.v1.ConfigMap(dashboard.metadata.name, dashboard, child);
  }
}
