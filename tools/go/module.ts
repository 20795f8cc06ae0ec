import { execa } from "execa";

/**
 * Folder of a Go module as it was published, in Go's module cache; it is downloaded if it is not there.
 *
 * @param name `path@version`, or a path whose version the go.mod of the folder says
 * @param folder where Go is asked
 */
export async function publishedModule(name: string, folder: string): Promise<string> {
  const env = { GOWORK: "off", GOFLAGS: "-mod=mod" };
  const { stdout } = await execa("go", ["mod", "download", "-json", name], { cwd: folder, env });
  return (JSON.parse(stdout) as { readonly Dir: string }).Dir;
}
