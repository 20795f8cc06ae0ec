import { execFileSync } from "node:child_process";

import * as pulumi from "@pulumi/pulumi";

import { plain } from "../../mask/plain.ts";

/**
 * What git says in a folder; undefined if there is no git, no repository, or no answer.
 *
 * @throws RunError if git refuses to answer
 */
export function git(folder: string, command: readonly string[]): string | undefined {
  try {
    return execFileSync("git", ["-C", folder, ...command], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0" },
      maxBuffer: 64 << 20,
    });
  } catch (error) {
    const { stderr = "", ...ended } = error as { code?: string; status?: number; stderr?: string };
    const isSilent = ended.status === 1 && stderr === "";
    if (ended.code === "ENOENT" || /not a git repository/.test(stderr) || isSilent) {
      return undefined;
    }
    throw new pulumi.RunError(
      plain(`${folder}: git cannot tell the commit: ${stderr.trim() || String(error)}`),
    );
  }
}

/** What git lists in a folder with `-z`. */
export function gitList(folder: string, command: readonly string[]): string[] {
  return (git(folder, command) ?? "").split("\0").filter((entry) => entry !== "");
}
