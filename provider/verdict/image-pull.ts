import type { Reason } from "./reasons.ts";

/** Waiting reasons of the kubelet for a container whose image it does not have. */
const PULL_REASONS: readonly string[] = [
  "ErrImagePull",
  "ImagePullBackOff",
  "ErrImageNeverPull",
  "InvalidImageName",
  "ImageInspectError",
  "RegistryUnavailable",
  "SignatureValidationFailed",
];

/** Characters of a message that are looked at, from its end: the cause is there. */
const LOOK = 4096;

const OTHER_PLATFORM =
  /no match for (?:current )?platform|no matching manifest|no (?:supported platform|image) found in (?:the )?(?:manifest list|image index)|image architecture mismatch/i;

/** What registries and container runtimes say. The first that matches counts: some put one error into another. */
const CAUSES: readonly (readonly [RegExp, Reason])[] = [
  [/no space left on device|disk quota exceeded|not enough (?:disk )?space/i, "node-full"],
  [OTHER_PLATFORM, "image-not-found"],
  [
    /(?:unsupported|unexpected|unknown|invalid|unrecognized) (?:manifest |config )?(?:media ?type|mime ?type|manifest)|mediatype in manifest should be|media type .{0,80}no longer supported|encountered unknown type|reference for unknown type|invalid tar header|mismatched image rootfs|wrong diff id/i,
    "image-unusable",
  ],
  [
    /^(?!.*(?:\bEOF\b|timeout|timed out|canceled|deadline|connection)).*(?:(?:extract|register|adding) layer|unpack image on snapshotter|applylayer|processing tar file|mount callback|lchown)/i,
    "image-unusable",
  ],
  [
    /412 precondition failed|configured policy|policy violation|signature validation failed/i,
    "image-unauthorized",
  ],
  [
    /toomanyrequests|too many requests|connection refused|connection reset|no such host|server misbehaving|no route|network is unreachable|timeout|timed out|deadline exceeded|\bEOF\b|x509|\b5\d\d [A-Z]/i,
    "registry-unreachable",
  ],
  [
    /unauthorized|denied|authentication required|authorization failed|no basic auth|403 Forbidden/i,
    "image-unauthorized",
  ],
  [/not found|NotFound|manifest unknown|does not exist/i, "image-not-found"],
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
  if (reason === "SignatureValidationFailed") {
    return "image-unauthorized";
  }
  const words = wordsOf(message);
  return CAUSES.find(([pattern]) => pattern.test(words))?.[1] ?? "registry-unreachable";
}

/** Whether the registry has the image, but not for the node that asked. */
export function isForOtherPlatform(message = ""): boolean {
  return OTHER_PLATFORM.test(wordsOf(message));
}

/** The cause at the end of a chain of errors, which is what the registry or the network said. */
export function lastCause(message = ""): string {
  return (
    message
      .slice(-LOOK)
      .trim()
      .split(/: (?=[^:/]+$|[A-Z][a-z]+ "|dial )/)
      .at(-1) ?? ""
  );
}

/** All that a message says behind the last name of the image that could not be pulled. */
export function causes(message = ""): string {
  const tail = message.slice(-LOOK).trim();
  return tail.slice(tail.lastIndexOf('": ') + 1).replace(/^: /, "");
}

/** What is written like a name and is none. */
const NO_NAMES: ReadonlySet<string> = new Set(["i/o", "read-only"]);

/**
 * A message without images, hosts, files and other names: a service that is called `session-timeout` says nothing of the
 * network. Names are in quotes, or have characters in them that no word has.
 */
function wordsOf(message: string): string {
  return message
    .slice(-LOOK)
    .replaceAll(/"[^"\s]{0,512}"/g, "")
    .replaceAll(/\b(denied|manifest) for \S{1,512}/g, "$1")
    .split(/\s+/)
    .filter((word) => !isName(word))
    .join(" ");
}

function isName(word: string): boolean {
  const bare = word.replace(/^[([]/, "").replace(/[:;,.)\]]{1,4}$/, "");
  return /[/@._-]|:./.test(bare) && !NO_NAMES.has(bare);
}
