import { RESOURCES } from "../contract/tokens.ts";

/** Types of the resources that build a service's image: Docker's, or the one for what only BuildKit does. */
export const BUILT_TYPES: ReadonlySet<string> = new Set([
  "docker:index/image:Image",
  RESOURCES.ImageBuild,
]);
