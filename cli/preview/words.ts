import type { Change } from "./change.ts";
import type { ImagePreview } from "./image.ts";
import type { PodsPreview } from "./pods.ts";
import { cell, code, word } from "../markdown.ts";
import { shortDigest, shortened } from "../words.ts";

/** What becomes of an image, and whether it is built. */
export function imageWords(image: ImagePreview): string {
  const { action, tag, previousTag, digest, previousDigest } = image;
  switch (action) {
    case "build":
      return previousTag === null
        ? `**built**: ${cell(tag ?? "")} is new`
        : `**rebuilt**: its content changed, ${cell(previousTag)} → ${cell(tag ?? "")}`;
    case "rebuild":
      return `**rebuilt** under the same tag ${cell(tag ?? "")}: its content is the same, the builder's digest of the context (file modes, \`.git\`) is not`;
    case "keep":
      return `not built: its content is still ${cell(tag ?? "")}`;
    case "given":
      return digest === previousDigest || previousDigest === null
        ? `not built here: ${short(digest)}`
        : `not built here: ${short(previousDigest)} → ${short(digest)}`;
    case "none":
      return "not used any more";
    default:
      return action satisfies never;
  }
}

function short(digest: string | null): string {
  return digest === null ? "known when the change is made" : cell(shortDigest(digest));
}

/** What becomes of pods, and why. */
export function podWords({ action, previousReplicas, replicas, because }: PodsPreview): string {
  const scaled =
    previousReplicas === replicas || previousReplicas === null || replicas === null
      ? ""
      : `, ${previousReplicas} → ${replicas}`;
  switch (action) {
    case "start":
      return replicas === null ? "**start**" : `**start**: ${replicas}`;
    case "restart":
      return `**restart**${scaled}: ${because.map(cell).join(", ")}`;
    case "scale":
      return `no restart${scaled || ": the number is the autoscaler's"}`;
    case "keep":
      return "no restart";
    case "stop":
      return "**deleted**";
    default:
      return action satisfies never;
  }
}

const ACTION_WORDS: Readonly<Record<Change["action"], string>> = {
  create: "new",
  update: "changed",
  replace: "**replaced**",
  delete: "**deleted**",
  same: "unchanged",
};

const KEPT = "leaves the stack, and stays in the cluster with its data";

const MOST_NAMES = 12;
const MOST_LETTERS = 300;

/** An object, and the service that it belongs to. */
export function objectWords({ kind, name, service }: Change): string {
  const owner = service === null || service === name ? "" : ` of ${code(service)}`;
  return `${word(kind)} ${code(name)}${owner}`;
}

/** One object of a list. */
export function changeWords(change: Change): string[] {
  const { action, because, isKept, allows, forbids } = change;
  const named = because.slice(0, MOST_NAMES).map(code);
  const more = because.length - named.length;
  const why =
    named.length === 0 ? "" : `: ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  return [
    `- ${objectWords(change)} ${isKept === true ? KEPT : ACTION_WORDS[action]}${why}`,
    ...allows.map((entry) => `  - now: ${code(shortened(entry, MOST_LETTERS))}`),
    ...forbids.map((entry) => `  - no longer: ${code(shortened(entry, MOST_LETTERS))}`),
  ];
}
