import { digestOf } from "../../contract/image-reference.ts";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { Container } from "./objects.ts";

/** What says which container is the release's. */
export type ReleasedImage = Pick<ReadinessInputs, "service" | "image">;

/**
 * The containers that are to run a release's image: the one that bears the service's name. Where none does, as in a Deployment that
 * Slipway has not made, those that run the image.
 */
export function releasedContainers(
  { service, image }: ReleasedImage,
  containers: readonly Container[],
): readonly Container[] {
  const named = containers.filter(({ name }) => name === service);
  return named.length > 0 ? named : containers.filter((container) => runs(container, image));
}

/** Whether a container runs an image, by its digest. */
export function runs(container: Container, image: string): boolean {
  const digest = digestOf(container.image ?? "");
  return digest !== undefined && digest === digestOf(image);
}
