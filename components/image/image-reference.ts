import { RunError } from "@pulumi/pulumi/errors.js";

const HOST = /^(?:localhost|[^/]*[.:][^/]*)(?=\/)/;
const REPOSITORY = /^(?:[a-zA-Z0-9.-]+(?::\d{1,5})?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/;
const PINNED = /^([^@\s]+)@(sha256:[0-9a-f]{64})$/;

/** Whether this names a repository: `registry.example.com/team/shop`, with no scheme, tag or digest. */
export function isRepository(reference: string): boolean {
  return REPOSITORY.test(reference);
}

/** Whether this image cannot change under us: `repository@sha256:<64 hex>`. */
export function isPinned(reference: string): boolean {
  const [, repository] = PINNED.exec(reference) ?? [];
  return repository !== undefined && isRepository(repository);
}

/** The registry that a repository lies in; Docker Hub where it names none. */
export function registryServer(repository: string): string {
  return HOST.exec(repository)?.[0] ?? "docker.io";
}

/** The hexadecimal digits of a pinned image's digest. */
export function digestOf(pinned: string): string {
  return pinned.slice(pinned.indexOf("@sha256:") + "@sha256:".length);
}

/** The repository of a pinned image. */
export function repositoryOf(pinned: string): string {
  return pinned.slice(0, pinned.indexOf("@"));
}

/**
 * The mark by which a registry says that a pinned image has passed a gate: a tag that names the gate and the digest.
 * It can be moved to another image, so it counts only where it still leads to the digest.
 */
export function gateReference(pinned: string, gate: string): string {
  return `${repositoryOf(pinned)}:gate-${gate}-${digestOf(pinned).slice(0, 32)}`;
}

/** What an image has to be named by, and why. */
export const PINNED_ALLOWED =
  "allowed: repository@sha256:<64 hex digits>; a tag can be moved, so use the digest that the push of the image printed";

/**
 * Checks the image that whoever writes the program names.
 *
 * @throws RunError where it is no pinned image
 */
export function requirePinned(name: string, reference: string): string {
  if (isPinned(reference)) {
    return reference;
  }
  throw new RunError(`image of ${name}: got ${JSON.stringify(reference)}; ${PINNED_ALLOWED}`);
}

/**
 * Checks what a builder says that it pushed. The docker provider says `<none>@<none>` when the
 * daemon has told it no digest.
 *
 * @throws RunError where it is no pinned image
 */
export function requirePushed(name: string, reference: string): string {
  if (isPinned(reference)) {
    return reference;
  }
  throw new RunError(
    `image of ${name}: got ${JSON.stringify(reference)} from the push; allowed: repository@sha256:<64 hex digits>; ` +
      "check that the registry took the push, then run up again, or build elsewhere and set the service's image",
  );
}
