/** The digest of a reference by digest, without `sha256:` in front. */
export function digestOf(reference: string): string | undefined {
  return /sha256:([0-9a-f]{64})(?![0-9a-f])/.exec(reference)?.[1];
}

/**
 * Whether a container's `imageID` proves that it runs the image with this digest.
 *
 * The digest counts wherever it stands: containerd reports `repository@sha256:…`, the Docker shim
 * `docker-pullable://repository@sha256:…`, and after a pull through a mirror the repository differs.
 * containerd reports the requested digest, even if that is the index of a multi-platform image. A runtime that resolves
 * an index to the manifest of its own platform reports a digest that was never released; the pod does not distinguish it
 * from a foreign image, so it is no proof: such a cluster needs the platform manifest's digest.
 */
export function carriesDigest(imageID: string, digest: string): boolean {
  return digestOf(imageID) === digest;
}
