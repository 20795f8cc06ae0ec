import { createHash, type Hash } from "node:crypto";
import { closeSync, lstatSync, openSync, readlinkSync, readSync } from "node:fs";
import { join } from "node:path";

import { contextFiles } from "./context-files.ts";

/** What an image is built from. */
export interface Content {
  /** Path of the build context. */
  readonly context: string;
  /** Path of the Dockerfile, inside the context or not. */
  readonly dockerfile: string;
  readonly target?: string | undefined;
  readonly args?: Readonly<Record<string, string>> | undefined;
  readonly platform?: string | undefined;
  readonly platforms?: readonly string[] | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** Changes with the rules below, so that tags of other rules are never taken for the same content. */
const RULES = "slipway content 1";

const CHUNK_BYTES = 1 << 20;

/**
 * Hash of everything that a build can see: each file that .dockerignore keeps (path, type,
 * executable bit, content or link target), the Dockerfile, target, platforms, labels and arguments, but no secret. Where
 * the files lie, and their order, owner, time and other mode bits do not count; nor does the
 * repository itself (`.git`), which changes with every commit.
 *
 * @returns 32 hexadecimal digits, to be used as a tag
 * @throws Error naming a file that cannot be read, or that is neither file, folder nor link
 */
export function contentHash({
  context,
  dockerfile,
  target,
  args = {},
  platform,
  platforms,
  labels,
}: Content): string {
  const hash = createHash("sha256");
  const later = [
    ...(platforms === undefined ? [] : [{ platforms }]),
    ...(labels === undefined ? [] : [{ labels: sorted(labels) }]),
  ];
  field(hash, JSON.stringify([RULES, target ?? null, platform ?? null, sorted(args), ...later]));
  addFile(hash, "Dockerfile", dockerfile);
  for (const path of contextFiles(context, dockerfile)) {
    addEntry(hash, path, join(context, path));
  }
  return hash.digest("hex").slice(0, 32);
}

function sorted(values: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1));
}

function addEntry(hash: Hash, path: string, absolute: string): void {
  const status = lstatSync(absolute);
  if (status.isSymbolicLink()) {
    field(hash, `link ${path}`);
    field(hash, readlinkSync(absolute));
  } else {
    // Git keeps no other mode bit, so no other is the same on every machine.
    addFile(hash, `${(status.mode & 0o100) === 0 ? "file" : "executable"} ${path}`, absolute);
  }
}

function addFile(hash: Hash, label: string, absolute: string): void {
  field(hash, label);
  const descriptor = openSync(absolute, "r");
  try {
    const content = createHash("sha256");
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(1, lstatSync(absolute).size)));
    let read = readSync(descriptor, chunk);
    while (read > 0) {
      content.update(chunk.subarray(0, read));
      read = readSync(descriptor, chunk);
    }
    hash.update(content.digest());
  } finally {
    closeSync(descriptor);
  }
}

/** With its length in front, so that no two lists of fields make the same bytes. */
function field(hash: Hash, text: string): void {
  hash.update(`${Buffer.byteLength(text)}:${text}`);
}
