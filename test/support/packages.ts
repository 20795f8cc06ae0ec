import { existsSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

const { resolve } = createRequire(import.meta.filename);

/** Copies packages of the checkout with all that they depend on, as an image has them. */
export async function copyPackages(names: readonly string[], folder: string): Promise<void> {
  const folders = new Map<string, string>();
  for (const left = [...names]; left.length > 0;) {
    const name = left.shift() ?? "";
    if (!folders.has(name)) {
      const found = folderOf(name);
      folders.set(name, found);
      const text = await readFile(join(found, "package.json"), "utf8");
      const { dependencies = {} } = JSON.parse(text) as { dependencies?: object };
      left.push(...Object.keys(dependencies));
    }
  }
  for (const [name, found] of folders) {
    await cp(found, join(folder, "node_modules", name), { recursive: true, dereference: true });
  }
}

function folderOf(name: string): string {
  const places = resolve.paths(name) ?? [];
  const found = places.map((place) => join(place, name)).find((each) => existsSync(each));
  if (found === undefined) {
    throw new Error(`${name} is not installed; run npm ci`);
  }
  return found;
}
