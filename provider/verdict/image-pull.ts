import type { Reason } from "./reasons";

/** Waiting reasons of the kubelet for a container whose image it does not have. */
const PULL_REASONS: readonly string[] = [
  "ErrImagePull",
  "ImagePullBackOff",
  "ErrImageNeverPull",
  "InvalidImageName",
  "ImageInspectError",
  "RegistryUnavailable",
];

/** What registries and container runtimes say. The first that matches counts: some put one error into another. */
const CAUSES: readonly (readonly [RegExp, Reason])[] = [
  [
    /toomanyrequests|too many requests|connection refused|connection reset|no such host|server misbehaving|no route|timeout|deadline exceeded|\bEOF\b|x509|\b5\d\d [A-Z]/i,
    "registry-unreachable",
  ],
  [
    /unauthorized|denied|authentication required|authorization failed|no basic auth|403 Forbidden/i,
    "image-unauthorized",
  ],
  [/not found|NotFound|manifest unknown|does not exist|no match for platform/i, "image-not-found"],
];

/**
 * Why an image cannot be had, from a waiting container's reason and message; undefined for other reasons to wait.
 * What nobody here knows is taken for the network's fault, which is tolerated longest.
 */
export function pullFailure(reason: string | undefined, message = ""): Reason | undefined {
  if (reason === undefined || !PULL_REASONS.includes(reason)) {
    return undefined;
  }
  if (reason === "InvalidImageName" || reason === "ErrImageNeverPull") {
    return "image-not-found";
  }
  return CAUSES.find(([pattern]) => pattern.test(message))?.[1] ?? "registry-unreachable";
}

/** The cause at the end of a chain of errors, which is what the registry or the network said. */
export function lastCause(message = ""): string {
  return (
    message
      .trim()
      .split(/: (?=[^:/]+$|[A-Z][a-z]+ "|dial )/)
      .at(-1) ?? ""
  );
}
