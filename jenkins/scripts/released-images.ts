import { isPinned } from "../../contract/image-reference.ts";
import { LABEL } from "../../contract/names.ts";

/** An image that a stack runs, and a service that runs it. */
export interface ReleasedImage {
  readonly service: string;
  /** Pinned by its digest. */
  readonly image: string;
  /** Where the service answers: from outside if it does, or within the cluster; empty for one that takes no connections. */
  readonly url: string;
}

type Mapping = Readonly<Record<string, unknown>>;

const STACK = "pulumi:pulumi:Stack";
/** What a shell splits into words stays one. */
const URL = /^https?:\/\/[\w.:/[\]-]{1,500}$/;

/**
 * The images of the releases that are ready, each once, by the name of the first service.
 *
 * @param state as `pulumi stack export` prints it, or the copy without secrets
 * @throws Error if it is no state of a stack of this program
 */
export function releasedImages(state: unknown): ReleasedImage[] {
  const outputs = outputsOf(state);
  const [releases, endpoints] = [mapping(outputs["releases"]), mapping(outputs["endpoints"])];
  const images = new Map<string, ReleasedImage>();
  for (const service of Object.keys(releases).sort()) {
    const { verdict, image } = mapping(releases[service]);
    const isReleased = verdict === "ready" && typeof image === "string" && isPinned(image);
    if (isReleased && LABEL.test(service) && !images.has(image)) {
      images.set(image, { service, image, url: urlOf(mapping(endpoints[service])) });
    }
  }
  return [...images.values()];
}

function outputsOf(state: unknown): Mapping {
  const { resources } = mapping(mapping(state)["deployment"]);
  const list: readonly unknown[] = Array.isArray(resources) ? resources : [];
  const stack = list.map(mapping).find(({ type }) => type === STACK);
  if (stack === undefined) {
    throw new Error(
      `got no resource ${STACK}; allowed: the state of a stack, or its copy; up.sh and after-up.sh leave one in state/`,
    );
  }
  return mapping(stack["outputs"]);
}

function urlOf({ public: outside, inCluster }: Mapping): string {
  const known = [outside, inCluster].find((url) => typeof url === "string" && URL.test(url));
  return typeof known === "string" ? known : "";
}

function mapping(value: unknown): Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Mapping)
    : {};
}
