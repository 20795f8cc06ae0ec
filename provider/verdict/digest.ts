/** The digest of a reference by digest, without `sha256:` in front. */
export function digestOf(reference: string): string | undefined {
  return /sha256:([0-9a-f]{64})(?![0-9a-f])/.exec(reference)?.[1];
}

/**
 * Whether a container's `imageID` proves that it runs the image with this digest.
 *
 * The digest counts wherever it stands: containerd reports `repository@sha256:…`, the Docker shim
 * `docker-pullable://repository@sha256:…`, and after a pull through a mirror the repository is another one.
 * What containerd reports is the digest that was asked for, also where that is the index of a
 * multi-platform image. A runtime that resolves an index to the manifest of its own platform reports a digest that
 * was never released; it cannot be told from a foreign image by what the pod says, and is no proof: such
 * a cluster is to be given the platform manifest's digest.
 */
export function carriesDigest(imageID: string, digest: string): boolean {
  return digestOf(imageID) === digest;
}
