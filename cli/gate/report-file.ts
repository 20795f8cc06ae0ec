import { createHash } from "node:crypto";
import type { Stats } from "node:fs";
import { readFile, stat } from "node:fs/promises";

import { ZodError } from "zod";

import { CommandFailure } from "../exit-code.ts";
import type { Findings } from "./findings.ts";
import { FORMATS } from "./formats.ts";

/** What a command has written about what it did. */
export interface ReportFile {
  readonly digest: string;
  readonly bytes: number;
  /** @default - of a form that is not known */
  readonly format?: string;
  readonly findings?: Findings;
}

/** A report that is larger is not read. */
const MEBIBYTES = 128;

/** What tells a file from the one that is written in its place, undefined if there is none. */
export async function markOf(file: string): Promise<string | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found && markIn(found);
}

function markIn({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return [ino, size, mtimeMs, ctimeMs].join(" ");
}

/**
 * Reads a report.
 *
 * @param before the mark of what was in its place before the command ran: the same file is the report of something else
 * @throws CommandFailure if there is none, or not of the named form
 */
export async function readReport(
  file: string,
  format: string | undefined,
  before: string | undefined,
): Promise<ReportFile> {
  const bytes = await bytesOf(file, before);
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  const text = bytes.toString("utf8");
  const json = jsonIn(text);
  const found = format ?? Object.keys(FORMATS).find((name) => FORMATS[name]?.is(text, json));
  if (found === undefined) {
    return { digest, bytes: bytes.length };
  }
  try {
    const findings = FORMATS[found]?.read(text, json);
    return { digest, bytes: bytes.length, format: found, ...(findings && { findings }) };
  } catch (error) {
    const where =
      error instanceof ZodError
        ? ` at ${error.issues[0]?.path.map(String).join(".") || "its top"}`
        : "";
    throw new CommandFailure(
      `--report: ${file} must be a report of the form ${found}, and is not${where}; allowed: ${Object.keys(FORMATS).join(", ")}; name the right one with --format`,
    );
  }
}

async function bytesOf(file: string, before: string | undefined): Promise<Buffer> {
  const found = await stat(file).catch(() => undefined);
  const fault =
    found?.isFile() !== true
      ? "it must be there once the command has ended, got no file"
      : found.size > MEBIBYTES * 2 ** 20
        ? `got ${found.size} bytes; allowed: ${MEBIBYTES} MiB`
        : before === markIn(found)
          ? "it must be written by the command, got the one that was there before"
          : found.size === 0
            ? "it must say what was found, got an empty file"
            : undefined;
  if (fault !== undefined) {
    throw new CommandFailure(
      `--report: ${file}: ${fault}; have the command write it, or omit --report`,
    );
  }
  return readFile(file);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    return undefined;
  }
}
