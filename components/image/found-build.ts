import type { FoundImage } from "../../contract/image-digests.ts";
import type { BuildPlan } from "./build-plan.ts";
import { digestOf, isPinned } from "../../contract/image-reference.ts";

/** A build, and what the stack and the registry have of it already. */
export interface FoundBuild {
  readonly plan: BuildPlan;
  /**
   * The image, where the registry has its content under a digest that this stack has not pushed: nothing is built.
   *
   * @default - the builder decides by what it built last
   */
  readonly image?: string;
  /**
   * What the stack has pushed of it and the registry still has.
   * @default - nothing, or that is not known
   */
  readonly kept?: string;
}

/** What the stack's state has of an image that it built. */
export interface BuiltImage {
  readonly imageName: string;
  readonly repoDigest: string;
  readonly context: string;
}

/** What becomes of a build, and what is to be said of it. */
export interface BuildLook {
  readonly found: FoundBuild;
  /** @default - nothing is to be said */
  readonly warning?: string;
}

/**
 * Whether a build's image is where it should be. The content's tag says what the registry has, whoever pushed it.
 *
 * @param tag `repository:tag`
 * @param built what the stack has pushed last
 * @param answers what the registry said of the tag, and of what the stack pushed where that is another digest
 */
export function findBuild(
  plan: BuildPlan,
  tag: string,
  built: BuiltImage | undefined,
  answers: readonly FoundImage[],
): BuildLook {
  const answer = (reference: string) => answers.find((each) => each.reference === reference);
  const own = built?.imageName === tag ? built : undefined;
  const kept = { plan: own === undefined ? plan : inContext(plan, own.context) };
  const said = answer(tag);
  if (said === undefined) {
    return { found: kept };
  }
  if (said.fault !== undefined) {
    return { found: kept, warning: unasked(tag, said.fault) };
  }
  const taken = said.digest === undefined ? undefined : `${withoutTag(tag)}@${said.digest}`;
  if (own !== undefined) {
    return findOwn(plan, tag, own, taken, answer(own.repoDigest));
  }
  return { found: { plan, ...(taken !== undefined && { image: taken }) } };
}

/** The same for one that this stack has pushed under its tag. */
function findOwn(
  plan: BuildPlan,
  tag: string,
  { repoDigest: own, context }: BuiltImage,
  taken: string | undefined,
  said: FoundImage | undefined,
): BuildLook {
  const kept = { plan: inContext(plan, context) };
  if (taken === own) {
    return { found: { ...kept, kept: own } };
  }
  if (said?.fault !== undefined) {
    return { found: kept, warning: unasked(own, said.fault) };
  }
  if (said?.digest !== undefined) {
    const warning = taken === undefined ? {} : { warning: moved(tag, taken, own) };
    return { found: { ...kept, kept: own }, ...warning };
  }
  if (taken !== undefined) {
    const warning = `the registry has lost ${own}; ${tag} has the same content under ${digestIn(taken)}, which is used instead`;
    return { found: { plan, image: taken }, warning };
  }
  const again = inContext(plan, otherSpelling(plan.build.context, context));
  return { found: { plan: again }, warning: `the registry has lost ${own}; it is built again` };
}

/** What the registry has to be asked beside the tag: what the stack pushed, where the tag leads elsewhere. */
export function alsoAsked(
  tag: string,
  built: BuiltImage | undefined,
  tagged: FoundImage | undefined,
): string[] {
  if (built?.imageName !== tag || !isPinned(built.repoDigest)) {
    return [];
  }
  if (tagged === undefined || tagged.fault !== undefined) {
    return [];
  }
  return tagged.digest === digestIn(built.repoDigest) ? [] : [built.repoDigest];
}

/** The builder builds again when an input differs, so the one that has no meaning does: how the context's path is written. */
function otherSpelling(plain: string, last: string): string {
  return last === `./${plain}` ? plain : `./${plain}`;
}

function inContext(plan: BuildPlan, context: string): BuildPlan {
  const same = [plan.build.context, `./${plan.build.context}`].includes(context);
  return same ? { ...plan, build: { ...plan.build, context } } : plan;
}

function moved(tag: string, taken: string, own: string): string {
  return `${tag} has ${digestIn(taken)}, but this stack pushed ${digestIn(own)}: somebody has pushed the same content again; the stack stays with its own digest, which the registry still has`;
}

function unasked(reference: string, fault: string): string {
  return `the registry does not say whether it has ${reference}: ${fault}; if it has lost it, pods that start later do not find it`;
}

function digestIn(pinned: string): string {
  return digestOf(pinned) ?? pinned;
}

function withoutTag(tag: string): string {
  return tag.slice(0, tag.lastIndexOf(":"));
}
