const HOST = /^(?:localhost|[^/]*[.:][^/]*)(?=\/)/;

/** What registries accept: more would be a different image to one program than to the next, or an option. */
const SERVER = /^[a-zA-Z0-9]+(?:(?:\.|-+)[a-zA-Z0-9]+)*(?::\d{1,5})?$/;
const PATH = /^[a-z0-9]+(?:(?:[./]|_{1,2}|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const PINNED = /^([^@]+)@sha256:[0-9a-f]{64}$/;

/** The longest name that a registry accepts. */
const CHARACTERS = 255;

const DIGEST = /sha256:[0-9a-f]{64}(?![0-9a-f])/;

/** What a pinned image looks like, for messages. */
export const PINNED_FORM = "repository@sha256:<64 hex digits>";

/** What an image may be named by, and why. */
export const PINNED_ALLOWED = `allowed: ${PINNED_FORM}; a tag can be moved, so use the digest that the push of the image printed`;

/** Whether this names a repository: `registry.example.com/team/shop`, with no scheme, tag or digest. */
export function isRepository(reference: string): boolean {
  if (reference.length > CHARACTERS) {
    return false;
  }
  const host = HOST.exec(reference)?.[0];
  return host === undefined
    ? PATH.test(reference)
    : SERVER.test(host) && PATH.test(reference.slice(host.length + 1));
}

/** Whether this image cannot change under us: `repository@sha256:<64 hex>`. */
export function isPinned(reference: string): boolean {
  const [, repository] = PINNED.exec(reference) ?? [];
  return repository !== undefined && isRepository(repository);
}

/** Whether this names an image, by its digest or by a tag: nothing else is looked up, or handed to a program. */
export function isReference(reference: string): boolean {
  const colon = reference.lastIndexOf(":");
  return (
    isPinned(reference) ||
    (isRepository(reference.slice(0, Math.max(0, colon))) && TAG.test(reference.slice(colon + 1)))
  );
}

/** Whether this is a digest, `sha256:<64 hex>`, and nothing more. */
export function isDigest(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

/** The registry of a repository; Docker Hub if it names none. */
export function registryServer(repository: string): string {
  return HOST.exec(repository)?.[0] ?? "docker.io";
}

/** The name of a registry in Docker's configuration, which has its own for Docker Hub. */
export function loginServer(registry: string): string {
  return registry === "docker.io" ? "https://index.docker.io/v1/" : registry;
}

/** The repository of a pinned image. */
export function repositoryOf(pinned: string): string {
  return pinned.slice(0, pinned.indexOf("@"));
}

/** The digest in a reference, `sha256:<64 hex>`, wherever it stands; undefined if there is none. */
export function digestOf(reference: string): string | undefined {
  return DIGEST.exec(reference)?.[0];
}

/** The start of a pinned image's digest, short enough for a tag. */
export function digestTag(pinned: string): string {
  const hex = pinned.indexOf("sha256:") + "sha256:".length;
  return pinned.slice(hex, hex + 32);
}

/**
 * The mark by which a registry says that a pinned image has passed a gate: a tag that names the gate and the digest.
 * It can be moved to another image, so it counts only while it still leads to the digest.
 */
export function gateReference(pinned: string, gate: string): string {
  return `${repositoryOf(pinned)}:gate-${gate}-${digestTag(pinned)}`;
}
