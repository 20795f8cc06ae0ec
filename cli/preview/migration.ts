import { digestOf } from "../../contract/image-reference.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import { masked } from "../../mask/mask.ts";
import { cell } from "../markdown.ts";
import { shortDigest, shortened } from "../words.ts";
import type { Step } from "./step.ts";

/** Characters of a command that a comment shows. */
const MOST_LETTERS = 300;

/** What an `up` does of the migrations of a service; absent if it has none, or nothing changes of them. */
export interface MigrationPreview {
  /** Whether it runs, or was proved for its image before. */
  readonly action: "run" | "rest";
  readonly command: string;
  /** Of the image that it runs; null if that is known when the change is made. */
  readonly digest: string | null;
  /** What becomes of a rollback to a release that is older than it. */
  readonly back: string;
}

/** Reads from the steps of a service what becomes of its migrations. */
export function migrationOf(own: readonly Step[]): { readonly migration?: MigrationPreview } {
  const step = own.find(({ type }) => type === RESOURCES.Migration);
  const { command, image, back } = step?.after ?? {};
  if (step === undefined || step.action === "same" || step.action === "delete") {
    return {};
  }
  const { result } = step.planned ?? {};
  const migration = {
    action: typeof result === "object" && result !== null ? ("rest" as const) : ("run" as const),
    command: masked(textOf(command)),
    digest: digestOf(textOf(image)) ?? null,
    back: textOf(back),
  };
  return { migration };
}

/** The same in words, a line for each service that has one. */
export function migrationLines(
  name: string,
  { migration }: { readonly migration?: MigrationPreview },
): string[] {
  if (migration === undefined) {
    return [];
  }
  const { action, command, digest, back } = migration;
  const image = digest === null ? "the image that is built" : cell(shortDigest(digest));
  const told = `${cell(shortened(command, MOST_LETTERS))} on ${image}`;
  const after = back === "refuse" ? "; after it, no older release is restored" : "";
  return [
    action === "run"
      ? `- ${cell(name)}: **migration runs**: ${told}${after}`
      : `- ${cell(name)}: migration does not run: ${told} was proved before`,
  ];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
