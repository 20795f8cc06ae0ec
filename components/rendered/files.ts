import { lstatSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";

import type { Found } from "./object.ts";
import { documentsIn, ManifestFault, MOST_BYTES } from "./yaml.ts";

const MANIFEST = /\.(?:ya?ml|json)$/i;

/** The files that make a folder a kustomization. */
export const KUSTOMIZATIONS = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** The file that makes a folder a chart. */
export const CHART = "Chart.yaml";

/**
 * Reads a YAML file, or all of a folder and below it, in the order of their paths. Hidden files and folders are none of them.
 *
 * @param folder where messages' paths start
 * @throws ManifestFault where one cannot be read
 */
export function readFiles(path: string, folder: string): Found[] {
  if (statSync(path).isFile()) {
    return read(path, folder);
  }
  const paths = filesIn(path, realpathSync(path), folder);
  const bytes = paths.reduce((sum, each) => sum + statSync(each).size, 0);
  if (paths.length === 0) {
    throw new ManifestFault(
      `${called(path, folder)}: has no .yaml, .yml or .json file; name the folder with the manifests`,
    );
  }
  if (bytes > MOST_BYTES) {
    throw tooLarge(path, folder, bytes);
  }
  return paths.flatMap((each) => read(each, folder));
}

function read(path: string, folder: string): Found[] {
  const { size } = statSync(path);
  if (size > MOST_BYTES) {
    throw tooLarge(path, folder, size);
  }
  return documentsIn(readFileSync(path, "utf8"), called(path, folder));
}

function tooLarge(path: string, folder: string, bytes: number): ManifestFault {
  return new ManifestFault(
    `${called(path, folder)}: got ${bytes} bytes; allowed: at most ${MOST_BYTES}; leave out what is no manifest`,
  );
}

function filesIn(path: string, root: string, folder: string): string[] {
  const names = readdirSync(path).sort();
  const other = names.find((name) => name === CHART || KUSTOMIZATIONS.includes(name));
  if (other !== undefined) {
    const kind = other === CHART ? "chart" : "kustomize";
    const place = called(path, folder);
    throw new ManifestFault(
      `${place}: has a ${other}, so that its files are not manifests by themselves; give it as {${kind}: ${place}}`,
    );
  }
  return names
    .filter((name) => !name.startsWith("."))
    .flatMap((name) => {
      const entry = join(path, name);
      if (lstatSync(entry).isSymbolicLink()) {
        requireWithin(entry, root, folder);
      }
      const found = statSync(entry);
      if (found.isDirectory()) {
        return filesIn(entry, root, folder);
      }
      return found.isFile() && MANIFEST.test(name) ? [entry] : [];
    });
}

/**
 * A link out of the folder is no part of what was reviewed, and one to a folder above has no end.
 *
 * @param root the folder, without links
 * @param folder where messages' paths start
 * @throws ManifestFault unless the link leads to a file in the folder
 */
export function requireWithin(link: string, root: string, folder: string): void {
  const target = targetOf(link);
  const isFile = target !== undefined && statSync(target).isFile();
  if (target === undefined || !isFile || !target.startsWith(`${root}/`)) {
    throw new ManifestFault(
      `${called(link, folder)}: is a symbolic link to ${target ?? "nothing"}; allowed: a link to a file in ${called(root, folder)}; put the file there`,
    );
  }
}

function targetOf(link: string): string | undefined {
  try {
    return realpathSync(link);
  } catch {
    return undefined;
  }
}

/** A path as people write it. */
export function called(path: string, folder: string): string {
  const short = relative(folder, path);
  return short === "" ? basename(path) : short.startsWith("..") ? path : short;
}
