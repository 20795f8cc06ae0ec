import type { Registry } from "../registry/registry.ts";

/** What a registry knows of it is a remark: the report does not wait long for it. */
const MILLISECONDS = 5000;

interface Platform {
  readonly os?: string;
  readonly architecture?: string;
}

interface Index {
  readonly manifests?: readonly { readonly platform?: Platform }[];
}

/** For which platforms an image is, a line; none if its registry does not say. */
export async function platformNotes(
  image: string,
  registry: Pick<Registry, "manifest" | "config">,
): Promise<string[]> {
  try {
    const limit = AbortSignal.timeout(MILLISECONDS);
    const { manifests } = JSON.parse((await registry.manifest(image, limit)) ?? "{}") as Index;
    const platforms = manifests?.map(({ platform }) => platform) ?? [
      JSON.parse((await registry.config(image, limit)) ?? "{}") as Platform,
    ];
    const words = new Set(platforms.flatMap(wordsOf));
    return words.size === 0 ? [] : [`${image} is built for ${[...words].join(", ")}`];
  } catch {
    return [];
  }
}

/** Attestations are listed among an image's platforms as unknown. */
function wordsOf({ os = "linux", architecture }: Platform = {}): string[] {
  const isKnown = architecture !== undefined && /^\w{1,32}$/.test(os + architecture);
  return isKnown && architecture !== "unknown" ? [`${os}/${architecture}`] : [];
}
