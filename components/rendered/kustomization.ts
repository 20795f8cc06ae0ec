import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { called, KUSTOMIZATIONS } from "./files.ts";
import { type Found, fields, items, type Json } from "./object.ts";
import { closedOff, programOn, run, withScratch } from "./tool.ts";
import { bounded, documentsIn, ManifestFault } from "./yaml.ts";

/** Fields that name files, folders, or something in a network. */
const PLACES = [
  "resources",
  "bases",
  "components",
  "crds",
  "configurations",
  "generators",
  "transformers",
  "validators",
];

/** Fields that run programs, or fetch charts. */
const PROGRAMS = ["helmCharts", "helmChartInflationGenerator", "helmGlobals"];

/** What kustomize fetches: a URL, git's short form, or a host with a path. */
const REMOTE =
  /^(?:[a-z][a-z0-9+.-]*:\/\/|[a-z0-9._-]+@[^/]+:|(?:git::)|(?:github\.com|gitlab\.com|bitbucket\.org)[/:])|\?ref=/i;

const MOST_FOLDERS = 200;

/**
 * Renders a kustomization with the program that the team has, without network, plugins and variables.
 *
 * @throws ManifestFault where it cannot be rendered
 */
export async function renderKustomization(
  path: string,
  folder: string,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Found[]> {
  const what = called(path, folder);
  requireLocal(path, folder, new Set());
  const [program, verb] = programOf(what, variables);
  const { stdout } = await withScratch((scratch) =>
    run(`kustomization ${what}`, {
      program,
      args: [...verb, path],
      folder,
      variables: closedOff(scratch),
    }),
  );
  return documentsIn(stdout, what);
}

function programOf(
  what: string,
  { PATH }: Readonly<Record<string, string | undefined>>,
): [program: string, verb: readonly string[]] {
  const kubectl = programOn(PATH, "kubectl");
  if (kubectl !== undefined) {
    return [kubectl, ["kustomize"]];
  }
  const kustomize = programOn(PATH, "kustomize");
  if (kustomize !== undefined) {
    return [kustomize, ["build"]];
  }
  throw new ManifestFault(
    `kustomization ${what}: neither kubectl nor kustomize is on the PATH; install one of them`,
  );
}

/** Looks for what kustomize would fetch or run, through all bases: its own words on that name no remedy. */
function requireLocal(path: string, folder: string, seen: Set<string>): void {
  const real = realpathSync(path);
  if (seen.has(real)) {
    return;
  }
  if (seen.size >= MOST_FOLDERS) {
    throw new ManifestFault(`${called(path, folder)}: more than ${MOST_FOLDERS} bases`);
  }
  seen.add(real);
  const name = KUSTOMIZATIONS.find((each) => existsSync(join(real, each)));
  if (name === undefined) {
    throw new ManifestFault(
      `${called(path, folder)}: has no ${KUSTOMIZATIONS[0] ?? ""}; name the folder that has one, or give {files: …}`,
    );
  }
  const file = join(real, name);
  const written = read(file, called(file, folder));
  for (const field of PROGRAMS.filter((each) => written[each] !== undefined)) {
    throw new ManifestFault(
      `${called(file, folder)}: ${field} fetches a chart; give the chart to Slipway as {chart: …}`,
    );
  }
  for (const entry of PLACES.flatMap((field) => items(written[field]))) {
    follow(entry, { real, file }, folder, seen);
  }
}

function follow(
  entry: Json,
  { real, file }: { readonly real: string; readonly file: string },
  folder: string,
  seen: Set<string>,
): void {
  // Generators and transformers may stand there in full, and then run nothing without an option.
  if (typeof entry !== "string" || entry.includes("\n")) {
    return;
  }
  const place = join(real, entry);
  if (existsSync(place)) {
    if (statSync(place).isDirectory()) {
      requireLocal(place, folder, seen);
    }
  } else if (REMOTE.test(entry)) {
    throw new ManifestFault(
      `${called(file, folder)}: got ${bounded(JSON.stringify(entry))}, which is fetched; allowed: files and folders of the checkout; run kustomize localize, and commit what it writes`,
    );
  }
}

function read(file: string, name: string): Readonly<Record<string, Json>> {
  try {
    return fields(parse(readFileSync(file, "utf8"), { logLevel: "silent" }) as Json);
  } catch (error) {
    const [first = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new ManifestFault(`${name}: is not YAML (${bounded(first)}); fix it`);
  }
}
