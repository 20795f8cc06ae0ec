import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";

import type { BrokenFigures } from "./broken.ts";
import type { ChainFigures } from "./chain.ts";
import type { Machine } from "./machine.ts";
import type { ScaleFigures, Size } from "./scale.ts";

/** What a part of the bench found, and where. */
export interface Part<Figures> {
  /** As it was typed last. */
  readonly command: string;
  /** ISO 8601, a day. */
  readonly date: string;
  readonly machine: Machine;
  readonly figures: Figures;
}

/** All that is known: each part of the bench replaces its own. */
export interface Results {
  readonly chain?: Part<ChainFigures & { readonly rounds: number }>;
  readonly scale?: Part<readonly ScaleFigures[]>;
  readonly broken?: Part<readonly BrokenFigures[]>;
}

/** What a file has; nothing if it does not exist. */
export async function keptIn(file: string): Promise<Results> {
  return existsSync(file) ? (JSON.parse(await readFile(file, "utf8")) as Results) : {};
}

/** Puts results in the place of those of the same parts, and returns all that the file has then. */
export async function keep(file: string, results: Results): Promise<Results> {
  const all = { ...(await keptIn(file)), ...results };
  await writeFile(file, `${JSON.stringify(all, null, 2)}\n`);
  return all;
}

/** Figures with those of one more stack, in the place of those of a stack of its size, the smaller ones first. */
export function withStack(
  before: readonly ScaleFigures[],
  stack: ScaleFigures,
): readonly ScaleFigures[] {
  return [...before.filter((known) => !isSame(known, stack)), stack].sort(
    (one, other) =>
      one.pods - other.pods ||
      one.services - other.services ||
      one.saved.localeCompare(other.saved, "en"),
  );
}

/** Whether two stacks are of one size, and measured in one way. */
export function isSame(one: Size, other: Size): boolean {
  return (["services", "pods", "saved"] as const).every((key) => one[key] === other[key]);
}
