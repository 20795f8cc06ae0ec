import { type Fields, fieldsOf } from "../manifests/plain-fields.ts";

/** Paths that the engine leaves as they are, e.g. the number of pods that an autoscaler sets: nobody else may set them either. */
const LEFT_TO_OTHERS = ["spec.replicas"];

/** Changes with every commit of the source, which the commit of the hand-off names. */
const REVISION = "org.opencontainers.image.revision";

/**
 * An object as it is handed off: what the program asks of the Kubernetes provider, without what only a cluster says or only a commit changes, and without the
 * number of pods where an autoscaler decides.
 *
 * @param ignored paths whose changes the program ignores
 */
export function handedManifest(said: Fields, ignored: readonly string[] = []): Fields {
  const object = without(said, "status");
  const isLeft = LEFT_TO_OTHERS.some((path) => ignored.includes(path));
  const { annotations, ...metadata } = fieldsOf(object["metadata"]);
  const kept = without(fieldsOf(annotations), REVISION);
  return {
    ...object,
    ...(isLeft && { spec: without(fieldsOf(object["spec"]), "replicas") }),
    metadata: { ...metadata, ...(Object.keys(kept).length > 0 && { annotations: kept }) },
  };
}

function without(fields: Fields, name: string): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));
}
