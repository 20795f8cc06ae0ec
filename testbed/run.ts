import { execa } from "execa";

import { CHECKOUT } from "../tools/platform/folders.ts";

/** How a command has ended. */
export interface Run {
  readonly exitCode: number;
  /** Both streams, as a person would see them. */
  readonly output: string;
}

/** Where a command runs, and what it has. */
export interface Surroundings {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** @default - nothing to read */
  readonly input?: string;
  /**
   * Whether it is not ended with whoever started it.
   * @default false
   */
  readonly detached?: boolean;
}

/** A command as a person would run it, under way; how it ends is for the story to judge. */
export function running(
  [file = "", ...args]: readonly string[],
  { folder, env, input = "", detached = false }: Surroundings,
) {
  return execa(file, args, {
    cwd: folder,
    env,
    preferLocal: true,
    localDir: CHECKOUT,
    reject: false,
    all: true,
    input,
    detached,
  });
}
