import { cpSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";

/** A published module of which a tool replaces some files, to leave out what would make most of its build, or what is compiled twice. */
export interface ChangedModule {
  readonly path: string;
  readonly version: string;
  /** Folder of the tool beside this file: gets the changed module below `source`. */
  readonly tool: string;
  /**
   * Folder of this module below `source` and below `overlay`, for a tool that changes several.
   * @default - the tool changes one
   */
  readonly name?: string;
  /** The folders and files of the module that the build is made of. */
  readonly parts: readonly string[];
}

/** Folder of a module as it was published. */
export async function publishedModule({
  path,
  version,
}: Pick<ChangedModule, "path" | "version">): Promise<string> {
  const env = { GOWORK: "off", GOFLAGS: "-mod=mod" };
  const args = ["mod", "download", "-json", `${path}@${version}`];
  const { stdout } = await execa("go", args, { cwd: import.meta.dirname, env });
  return (JSON.parse(stdout) as { readonly Dir: string }).Dir;
}

/** Writes the tool's own files over those of the copy. */
export function withOverlay({ tool, name = "" }: ChangedModule): (copy: string) => void {
  return (copy) => {
    cpSync(join(import.meta.dirname, tool, "overlay", name), copy, { recursive: true });
  };
}

/**
 * Go replaces no file of a downloaded module: the tool's go.mod points at the copy that this makes.
 * @param change changes the files of the copy, in this folder
 */
export async function changeModule(
  module: ChangedModule,
  change: (copy: string) => void,
): Promise<void> {
  const published = await publishedModule(module);
  const source = join(import.meta.dirname, module.tool, "source", module.name ?? "");
  const copy = `${source}.part-${process.pid}`;
  mkdirSync(copy, { recursive: true });
  // Go makes what it downloads read-only.
  const copied = ["--recursive", "--no-preserve=mode", "--parents", ...module.parts, copy];
  await execa("cp", copied, { cwd: published });
  change(copy);
  rmSync(source, { recursive: true, force: true });
  renameSync(copy, source);
}
