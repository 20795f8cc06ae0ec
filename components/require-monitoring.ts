import * as pulumi from "@pulumi/pulumi";

import { requireKinds } from "./require-kinds.ts";
import type { ServiceDefinition } from "./service-definition.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";

type Watched = Readonly<Record<string, Pick<ServiceDefinition, "metrics" | "monitoring">>>;

/**
 * Ends the run before anything is registered if a service shows metrics, and the cluster does not know what the Prometheus operator reads.
 * Says so if nobody has said where Prometheus answers: then nothing of it is proved.
 *
 * @throws RunError with the service and the remedy
 */
export async function requireMonitoring(
  services: Watched,
  provider: SlipwayProvider,
): Promise<void> {
  await requireKinds("metrics", services, provider);
  const unproved = Object.keys(services).filter((name) => {
    const { metrics, monitoring } = services[name] ?? {};
    return metrics !== undefined && monitoring?.prometheus === undefined;
  });
  if (unproved.length > 0) {
    void pulumi.log.info(
      `whether Prometheus scrapes ${unproved.join(", ")} is not proved; set slipway:prometheus to its URL`,
    );
  }
}
