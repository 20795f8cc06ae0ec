const MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json";

/**
 * Digest of an image in a registry that answers over plain HTTP.
 * @param image `host:port/repository:tag`.
 * @returns Undefined where the registry does not have it.
 */
export async function registryDigest(image: string): Promise<string | undefined> {
  const { host, repository, tag } = parseImage(image);
  const response = await fetch(`http://${host}/v2/${repository}/manifests/${tag}`, {
    method: "HEAD",
    headers: { accept: MANIFEST_TYPE },
  });
  if (response.status === 404) {
    return undefined;
  }
  if (!response.ok) {
    throw new Error(`the registry answered ${response.status} when asked for ${image}`);
  }
  return response.headers.get("docker-content-digest") ?? undefined;
}

/** The parts of `host:port/repository:tag`. */
export function parseImage(image: string): { host: string; repository: string; tag: string } {
  const slash = image.indexOf("/");
  const colon = image.lastIndexOf(":");
  return {
    host: image.slice(0, slash),
    repository: image.slice(slash + 1, colon),
    tag: image.slice(colon + 1),
  };
}
