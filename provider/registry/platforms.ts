import type { Registry } from "./registry.ts";

interface Platform {
  readonly os?: string;
  readonly architecture?: string;
  readonly variant?: string;
}

interface Index {
  readonly manifests?: readonly { readonly platform?: Platform }[];
}

/**
 * For which platforms an image is, as `linux/arm64`; none if it does not say.
 *
 * @param limit ends the questions
 * @throws Error if the registry does not answer, or answers with something else
 */
export async function platformsOf(
  image: string,
  registry: Pick<Registry, "manifest" | "config">,
  limit: AbortSignal,
): Promise<string[]> {
  const { manifests } = JSON.parse((await registry.manifest(image, limit)) ?? "{}") as Index;
  const platforms = manifests?.map(({ platform }) => platform) ?? [
    JSON.parse((await registry.config(image, limit)) ?? "{}") as Platform,
  ];
  return [...new Set(platforms.flatMap(wordsOf))];
}

/** Attestations are listed among an image's platforms as unknown. */
function wordsOf({ os = "linux", architecture, variant }: Platform = {}): string[] {
  const isKnown = architecture !== undefined && /^\w{1,32}$/.test(os + architecture);
  if (!isKnown || architecture === "unknown") {
    return [];
  }
  const hasVariant = variant !== undefined && /^\w{1,8}$/.test(variant);
  return [`${os}/${architecture}${hasVariant ? `/${variant}` : ""}`];
}
