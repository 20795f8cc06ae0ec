import * as pulumi from "@pulumi/pulumi";

import type { ServedKind } from "../contract/served-kinds.ts";
import { askProvider } from "./ask-provider.ts";
import { MONITORING_API } from "./manifests/pod-monitor.ts";
import type { ServiceDefinition } from "./service-definition.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";

const [GROUP = ""] = MONITORING_API.split("/");

/** What is written for a service that shows metrics. */
const KINDS = ["PodMonitor", "PrometheusRule"] as const;

type Watched = Readonly<Record<string, Pick<ServiceDefinition, "metrics" | "monitoring">>>;

/**
 * Ends the run before anything is registered if a service shows metrics, and the cluster does not know what the Prometheus operator reads.
 * Says so if nobody has said where Prometheus answers: then nothing of it is proved.
 *
 * @throws RunError with the service and the remedy
 * @see https://prometheus-operator.dev/docs/getting-started/installation/
 */
export async function requireMonitoring(
  services: Watched,
  provider: SlipwayProvider,
): Promise<void> {
  const watched = Object.keys(services).filter((name) => services[name]?.metrics !== undefined);
  const [first] = watched;
  if (first === undefined) {
    return;
  }
  const { kinds } = await askProvider("servedKinds", { group: GROUP }, provider);
  const fault = kinds && monitoringFault(kinds);
  if (fault !== undefined) {
    throw new pulumi.RunError(`slipway:services.${first}.metrics: ${fault}`);
  }
  const unproved = watched.filter((name) => services[name]?.monitoring?.prometheus === undefined);
  if (unproved.length > 0) {
    void pulumi.log.info(
      `whether Prometheus scrapes ${unproved.join(", ")} is not proved; set slipway:prometheus to its URL`,
    );
  }
}

/** Why there are no monitors where the API server serves these kinds of the group. */
export function monitoringFault(kinds: readonly ServedKind[]): string | undefined {
  const missing = KINDS.filter(
    (kind) => !kinds.some((each) => each.kind === kind && each.apiVersion === MONITORING_API),
  );
  return missing.length === 0
    ? undefined
    : `the cluster does not serve ${missing.join(" and ")} of ${MONITORING_API}; have an administrator install the Prometheus operator (kube-prometheus-stack has it), or remove metrics`;
}
