import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { parse, stringify } from "yaml";

import { plainIn } from "../../mask/plain.ts";
import { compare } from "../preview/step.ts";
import { badInput } from "../exit-code.ts";
import { fileName } from "./file-name.ts";
import type { Manifest } from "./objects.ts";

const LIST = "kustomization.yaml";

/** The list before it is whole. */
const FRESH = `.${LIST}`;

/** The first line of a list that Slipway wrote: only what it names is replaced. */
const MARK = "# Written by Slipway: what this file names is replaced by the next run.";

/** Files that a list may name: none elsewhere. */
const OWN_FILE = /^[a-z0-9][a-z0-9._-]*\.yaml$/;

/** Fields that come first in every manifest. */
const FIRST = ["apiVersion", "kind", "metadata"] as const;

/**
 * Writes objects into a folder, one a file, with the `kustomization.yaml` that names them. The same objects are the same bytes.
 * Objects that have gone since the last time lose their files.
 *
 * @param option that names the folder, for messages
 * @throws CommandFailure if the folder has files that Slipway did not write, or cannot be written
 */
export async function writeManifests(
  option: string,
  folder: string,
  manifests: readonly Manifest[],
): Promise<void> {
  const files = manifests.map((each) => [fileName(each), textOf(each)] as const);
  const names = files.map(([name]) => name).sort(compare);
  try {
    await mkdir(folder, { recursive: true });
    const before = await ownFiles(option, folder);
    // A run that is killed leaves nothing that the list does not name.
    await replaceList(folder, [...new Set([...names, ...before])]);
    for (const name of before) {
      await rm(join(folder, name), { force: true });
    }
    for (const [name, text] of files) {
      // What somebody has put there meanwhile, a link too, is not written through.
      await writeFile(join(folder, name), text, { flag: "wx" });
    }
    await replaceList(folder, names);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === undefined
      ? error
      : badInput(
          `${option}: got "${folder}", which cannot be written (${code}); allowed: a folder that may be written`,
        );
  }
}

/** The files of the last run, its list aside; refuses any other. */
async function ownFiles(option: string, folder: string): Promise<readonly string[]> {
  const there = await readdir(folder);
  const list = there.includes(LIST) ? await readFile(join(folder, LIST), "utf8") : undefined;
  const own = list?.startsWith(MARK) === true ? namedIn(list) : undefined;
  const known = new Set([FRESH, ...(own === undefined ? [] : [LIST, ...own])]);
  const foreign = there.filter((name) => !known.has(name)).sort(compare);
  if (foreign.length > 0) {
    throw badInput(
      `${option}: got "${folder}", which has files that Slipway did not write: ${foreign.slice(0, 3).join(", ")}; allowed: a new or an empty folder, or one that this option wrote`,
    );
  }
  return own ?? [];
}

/** The files that a list names. */
function namedIn(list: string): string[] {
  const { resources } = (parse(list) ?? {}) as { readonly resources?: unknown };
  const names = Array.isArray(resources) ? (resources as readonly unknown[]) : [];
  return names.filter((name) => typeof name === "string").filter((name) => OWN_FILE.test(name));
}

async function replaceList(folder: string, names: readonly string[]): Promise<void> {
  const resources = [...names].sort(compare);
  const list = { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", resources };
  const fresh = join(folder, FRESH);
  await rm(fresh, { force: true });
  await writeFile(fresh, `${MARK}\n${stringify(list)}`, { flag: "wx" });
  await rename(fresh, join(folder, LIST));
}

function textOf({ object }: Manifest): string {
  const first = FIRST.map((key): readonly [string, unknown] => [key, object[key]]);
  const rest = Object.entries(object).filter(
    ([key]) => !(FIRST as readonly string[]).includes(key),
  );
  const ordered = Object.fromEntries([
    ...first,
    ...rest.sort(([one], [other]) => compare(one, other)),
  ]);
  return stringify(plainIn(sorted(ordered)), { lineWidth: 0, aliasDuplicateObjects: false });
}

/** With the fields of everything inside in one order: a plugin's is not always the same. */
function sorted(value: unknown, isOutermost = true): unknown {
  if (Array.isArray(value)) {
    return value.map((each) => sorted(each, false));
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const entries = Object.entries(value).map(([key, each]) => [key, sorted(each, false)] as const);
  return Object.fromEntries(
    isOutermost ? entries : entries.sort(([one], [other]) => compare(one, other)),
  );
}
