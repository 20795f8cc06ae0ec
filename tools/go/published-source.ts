import { cpSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import type { GoTools } from "./build.ts";

/** A published Go module, a copy of which is built with some of its files replaced. */
export interface PublishedSource {
  /** Folder beside this file; its `overlay` is written over the copy in its `source`. */
  readonly module: GoTools["module"];
  /** Import path. */
  readonly path: string;
  readonly version: string;
  /** The folders and files that the build is made of; a module has its own tests, tools and pages beside them. */
  readonly parts: readonly string[];
}

/** Folder of a module as it was published. */
export async function publishedFolder({
  path,
  version,
}: Pick<PublishedSource, "path" | "version">): Promise<string> {
  const env = { GOWORK: "off", GOFLAGS: "-mod=mod" };
  const args = ["mod", "download", "-json", `${path}@${version}`];
  const { stdout } = await execa("go", args, { cwd: import.meta.dirname, env });
  return (JSON.parse(stdout) as { readonly Dir: string }).Dir;
}

/** Go replaces no file of a downloaded module: a go.mod points at this copy. */
export async function copySource(source: PublishedSource): Promise<void> {
  const folder = join(import.meta.dirname, source.module);
  const published = await publishedFolder(source);
  const place = join(folder, "source");
  const copy = `${place}.part-${process.pid}`;
  mkdirSync(copy);
  // Go makes what it downloads read-only, and the overlay is written over it.
  const copying = ["--recursive", "--no-preserve=mode", ...source.parts, copy];
  await execa("cp", copying, { cwd: published });
  cpSync(join(folder, "overlay"), copy, { recursive: true });
  rmSync(place, { recursive: true, force: true });
  renameSync(copy, place);
}
