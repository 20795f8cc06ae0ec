import type { HandOffTarget } from "../../contract/hand-off.ts";
import type { HandOffController } from "../../contract/hand-off-target.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import { controllerWords, targetWords } from "../handed-off.ts";
import { code } from "../markdown.ts";
import type { Step } from "./step.ts";

/** Where the change goes instead of the cluster, and who applies it there. */
export interface HandOffPreview {
  readonly to: HandOffTarget;
  readonly by: HandOffController;
}

/** Where the change goes, undefined if nothing is handed off. */
export function handOffOf(steps: readonly Step[]): HandOffPreview | undefined {
  const step = steps.find(({ type }) => type === RESOURCES.HandOff);
  if (step?.after === undefined || step.action === "same") {
    return undefined;
  }
  const { to, by } = step.after as unknown as HandOffPreview;
  return { to, by };
}

/** One line of Markdown about it, none if nothing is handed off. */
export function handOffLines(handOff: HandOffPreview | undefined): string[][] {
  if (handOff === undefined) {
    return [];
  }
  const { to, by } = handOff;
  const what =
    "git" in to ? (to.pullRequest === true ? "a pull request" : "a commit") : "an artifact";
  return [[`- ${what} to ${code(targetWords(to))}, which ${code(controllerWords(by))} applies`]];
}
