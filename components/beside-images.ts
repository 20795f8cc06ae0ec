import { isPinned } from "../contract/image-reference.ts";
import { fieldsOf, listOf } from "./manifests/plain-fields.ts";
import type { ServiceDefinition } from "./service-definition.ts";

/**
 * The images of containers beside a service's own, by the containers' names: pinned ones, also of a patch, and those of other services.
 *
 * @param imageOf the image of another service as far as it is known
 */
export function besideImages(
  { initContainers = [], sidecars = [], pod }: ServiceDefinition,
  imageOf: (service: string) => string | undefined,
): ReadonlyMap<string, string> {
  const patch = fieldsOf(pod);
  const patched = ["initContainers", "containers"].flatMap((list) => listOf(patch[list]));
  const said = [
    ...[...initContainers, ...sidecars].map(({ name, image, of }) => ({
      name,
      image: image ?? (of === undefined ? undefined : imageOf(of)),
    })),
    ...patched.map(({ name, image }) => ({ name: String(name), image })),
  ];
  return new Map(
    said.flatMap(({ name, image }) =>
      typeof image === "string" && isPinned(image) ? [[name, image]] : [],
    ),
  );
}
