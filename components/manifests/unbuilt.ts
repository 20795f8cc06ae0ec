import type { Service } from "../service-definition.ts";
import { type WorkloadManifests, workloadManifests } from "./workload.ts";

/** Stands for an image whose digest is not known yet. */
export const ANY_IMAGE = `any.invalid/image@sha256:${"0".repeat(64)}`;

/** Every object of a service before its image is known. What looks at them before anything is registered asks several times. */
export function unbuiltManifests(service: Service): WorkloadManifests {
  const manifests = known.get(service) ?? workloadManifests(service, ANY_IMAGE);
  known.set(service, manifests);
  return manifests;
}

const known = new WeakMap<Service, WorkloadManifests>();
