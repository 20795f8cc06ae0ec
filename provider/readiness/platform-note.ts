import { platformsOf } from "../registry/platforms.ts";
import type { Registry } from "../registry/registry.ts";

/** What a registry knows of it is a remark: the report does not wait long for it. */
const MILLISECONDS = 5000;

/** For which platforms an image is, a line; none if its registry does not say. */
export async function platformNotes(
  image: string,
  registry: Pick<Registry, "manifest" | "config">,
): Promise<string[]> {
  try {
    const platforms = await platformsOf(image, registry, AbortSignal.timeout(MILLISECONDS));
    return platforms.length === 0 ? [] : [`${image} is built for ${platforms.join(", ")}`];
  } catch {
    return [];
  }
}
