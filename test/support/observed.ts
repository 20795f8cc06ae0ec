import type { Observed } from "../../provider/verdict/objects.ts";
import type { ApiObject, ApiServer } from "./api-server.ts";

/** Puts what a cluster shows of a release onto a server. */
export function applyObserved(server: ApiServer, observed: Partial<Observed>): void {
  const objects = {
    deployments: [observed.deployment],
    replicasets: observed.replicaSets ?? [],
    pods: observed.pods ?? [],
    services: [observed.service],
    endpointslices: observed.endpointSlices ?? [],
    ingresses: [observed.ingress],
    events: observed.warnings ?? [],
  };
  for (const [resource, group] of Object.entries(objects)) {
    server.apply(
      resource,
      ...group.filter((object): object is ApiObject & typeof object => object !== undefined),
    );
  }
}
