/** The digest of a reference by digest, without `sha256:` in front. */
export function digestOf(reference: string): string | undefined {
  return /sha256:([0-9a-f]{64})(?![0-9a-f])/.exec(reference)?.[1];
}

/**
 * Whether a container's `imageID`, or the image of its spec, has this digest.
 *
 * The digest counts wherever it stands: containerd reports `repository@sha256:…`, the Docker shim
 * `docker-pullable://repository@sha256:…`, and after a pull through a mirror the repository is another one.
 */
export function carriesDigest(imageID: string, digest: string): boolean {
  return digestOf(imageID) === digest;
}
