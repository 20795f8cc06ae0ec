import { eventsAbout } from "./event.ts";
import type { Finding } from "./finding.ts";
import type { Reason } from "./reasons.ts";
import { finding, type JudgedContainer } from "./judged-container.ts";
import { type Pod, uidOf } from "./objects.ts";

/** The reasons for which a node does not have an image. */
type PullReason = Extract<
  Reason,
  "image-not-found" | "image-unauthorized" | "registry-unreachable" | "node-full" | "image-unusable"
>;

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

/** Those for which no registry was asked. */
const UNASKED: readonly string[] = ["InvalidImageName", "ErrImageNeverPull"];

/** Characters of a message that are read, from its end: the cause is there. */
const LOOK = 4096;

const OTHER_PLATFORM =
  /no match for (?:current )?platform|no matching manifest|no (?:supported platform|image) found in (?:the )?(?:manifest list|image index)|image architecture mismatch/i;

/** What registries and container runtimes say. The first that matches counts: some put one error into another. */
const CAUSES: readonly (readonly [RegExp, PullReason])[] = [
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

/** The kubelet asks again after ten seconds and more, and by then has a Secret that came a moment after the pod. */
export const UNLOGGED_SECONDS = 30;

/** An event may come a moment after the status that it explains. */
const EVENT_SECONDS = 2;

/** Why the node of a container does not have its image. */
export function judgePull(judged: JudgedContainer): Finding | undefined {
  const { reason, message = "" } = judged.status.state?.waiting ?? {};
  const failure = pullFailure(reason, message);
  const { image = "" } = judged.container;
  const platform = OTHER_PLATFORM.test(wordsOf(message)) ? " for the node's platform" : "";
  switch (failure) {
    case undefined:
      return undefined;
    case "image-not-found":
      return unlogged(judged, failure, `the registry does not have ${image}${platform}`);
    case "image-unauthorized":
      return unlogged(judged, failure, `the registry refuses the node ${image}`);
    case "node-full":
      return finding(judged, failure, `the node has no room for ${image}: ${causes(message)}`);
    case "image-unusable":
      return finding(judged, failure, `the node cannot use ${image}: ${causes(message)}`);
    case "registry-unreachable": {
      const tolerance = judged.patience.tolerate?.registrySeconds;
      const words = `${image} cannot be pulled: ${lastCause(message)}`;
      return finding(judged, failure, words, { tolerance });
    }
  }
}

/**
 * What a registry says to a node that has no login. A kubelet that has not got the pull secret asks without it, and some registries then
 * say that there is no such image.
 */
function unlogged(judged: JudgedContainer, reason: PullReason, words: string): Finding {
  const isAsked = !UNASKED.includes(judged.status.state?.waiting?.reason ?? "");
  if (!isAsked || pullSecretsOf(judged.pod).length === 0) {
    return finding(judged, reason, words);
  }
  const [secret] = ungottenSecrets(judged);
  if (secret === undefined) {
    return finding(judged, reason, words, { tolerance: EVENT_SECONDS });
  }
  const tolerance = judged.patience.tolerate?.configSeconds ?? UNLOGGED_SECONDS;
  const message = `${words}, for which it could not get the pull secret "${secret}"`;
  return finding(judged, reason, message, { tolerance });
}

/** The pod's pull secrets that its kubelet could not get, by its own word. */
function ungottenSecrets({ pod, warnings }: JudgedContainer): string[] {
  const [last] = eventsAbout(uidOf(pod), ["FailedToRetrieveImagePullSecret"], warnings);
  const [, listed = ""] = /^[^(]*\(([^)]*)\)/.exec(last?.message ?? "") ?? [];
  const missed = new Set(listed.split(", "));
  return pullSecretsOf(pod).filter((name) => missed.has(name));
}

/** What a pod's images are pulled with. */
export function pullSecretsOf({ spec }: Pod): string[] {
  return (spec?.imagePullSecrets ?? []).flatMap(({ name }) => (name === undefined ? [] : [name]));
}

/**
 * Why an image is unavailable, from a waiting container's reason and message; undefined for other reasons to wait.
 * An unknown cause counts as the network's, which is tolerated longest.
 */
export function pullFailure(reason: string | undefined, message = ""): PullReason | undefined {
  if (reason === undefined || !PULL_REASONS.includes(reason)) {
    return undefined;
  }
  if (UNASKED.includes(reason)) {
    return "image-not-found";
  }
  if (reason === "SignatureValidationFailed") {
    return "image-unauthorized";
  }
  const words = wordsOf(message);
  return CAUSES.find(([pattern]) => pattern.test(words))?.[1] ?? "registry-unreachable";
}

/** The cause at the end of a chain of errors, which is what the registry or the network said. */
export function lastCause(message = ""): string {
  const chain = message.slice(-LOOK).trim();
  return chain.split(/: (?=[^:/]+$|[A-Z][a-z]+ "|dial )/).at(-1) ?? "";
}

/** What a message says behind the last name of the image that could not be pulled. */
function causes(message: string): string {
  const tail = message.slice(-LOOK).trim();
  return tail.slice(tail.lastIndexOf('": ') + 1).replace(/^: /, "");
}

/** What is written like a name but is not one. */
const NO_NAMES: ReadonlySet<string> = new Set(["i/o", "read-only"]);

/**
 * A message without images, hosts, files and other names: the name of a service `session-timeout` says nothing about the
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
