import { isPinned } from "../../contract/image-reference.ts";
import { fields, idOf, items, type Json, type ManifestObject } from "./object.ts";
import { bounded } from "./yaml.ts";

/** Keys of custom resources by which their controllers run an image. */
const IMAGE_KEY = /(?:^i|I)mage(?:Name)?$/;
/** A repository with a tag; what has no registry in front may be anything. */
const TAGGED = /^[a-z0-9][a-z0-9._/-]*(?::\d+\/[a-z0-9._/-]+)?:[\w][\w.-]*$/i;
const WITH_REGISTRY =
  /^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d+)?\/[a-z0-9._/-]+:[\w][\w.-]*$/i;

/** Lists of what a program is given, in which an image is a word. */
const WORDS: readonly string[] = ["args", "command", "env", "data"];
const CONTAINERS: readonly string[] = ["containers", "initContainers", "ephemeralContainers"];

const MOST = 10;

/**
 * Images that an object names elsewhere than in its containers, and that stay tags, in words: for an operator in a custom resource, or for a
 * program in its arguments. Whether it runs them nobody knows, so that they are no fault.
 */
export function otherTags(object: ManifestObject, home: string): string[] {
  const found = [...new Set(tagsIn(object, [], false))];
  return found
    .slice(0, MOST)
    .map(
      (image) =>
        `${idOf(object, home)} names the image ${bounded(image)} beside its containers, which stays a tag; pin it by its digest if it is run`,
    );
}

function tagsIn(value: Json, path: readonly string[], isWord: boolean): string[] {
  if (typeof value === "string") {
    const word = value.replace(/^--?[\w.-]+=/, "");
    const isImage = IMAGE_KEY.test(path.at(-1) ?? "")
      ? TAGGED.test(word)
      : isWord && WITH_REGISTRY.test(word);
    return isImage && !isPinned(word) ? [word] : [];
  }
  if (Array.isArray(value)) {
    const isOfContainers = CONTAINERS.includes(path.at(-1) ?? "");
    return items(value).flatMap((each) => tagsIn(each, isOfContainers ? CONTAINER : path, isWord));
  }
  return Object.entries(fields(value)).flatMap(([key, inner]) =>
    path === CONTAINER && key === "image"
      ? []
      : tagsIn(inner, [...path, key], isWord || WORDS.includes(key)),
  );
}

/** The path of a container, whose own image is judged elsewhere. */
const CONTAINER: readonly string[] = ["container"];
