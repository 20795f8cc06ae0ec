import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";

/** A published Go module of which a changed copy is built. */
interface Published {
  /** Path and version, as `go mod download` takes them. */
  readonly module: string;
  /** Folder beside this file whose go.mod points at the copy. */
  readonly folder: string;
  /** What of the module the build is made of; it has its own tests, tools and pages beside that. */
  readonly parts: readonly string[];
}

/** Folder of a Go module as it was published. */
export async function publishedFolder(module: string): Promise<string> {
  const env = { GOWORK: "off", GOFLAGS: "-mod=mod" };
  const args = ["mod", "download", "-json", module];
  const { stdout } = await execa("go", args, { cwd: import.meta.dirname, env });
  return (JSON.parse(stdout) as { readonly Dir: string }).Dir;
}

/**
 * Makes the copy `source` of a module: Go replaces no file of a downloaded one.
 * @param change changes the files of the copy in this folder
 */
export async function copySource(
  { module, folder, parts }: Published,
  change: (copy: string) => void,
): Promise<void> {
  const source = join(import.meta.dirname, folder, "source");
  const copy = `${source}.part-${process.pid}`;
  mkdirSync(copy);
  // Go makes what it downloads read-only.
  await execa("cp", ["--recursive", "--no-preserve=mode", ...parts, copy], {
    cwd: await publishedFolder(module),
  });
  change(copy);
  rmSync(source, { recursive: true, force: true });
  renameSync(copy, source);
}
