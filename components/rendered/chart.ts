import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { gunzipSync } from "node:zlib";

import type { ManifestsDefinition } from "../service/manifests.ts";
import { called, requireWithin } from "./files.ts";
import { differing } from "./difference.ts";
import type { Found } from "./object.ts";
import { closedOff, programOn, run, withScratch } from "./tool.ts";
import { bounded, documentsIn, ManifestFault, MOST_BYTES } from "./yaml.ts";

/** The cluster, as far as charts ask. */
export interface Capabilities {
  /** Such as `v1.34.3`. */
  readonly version: string;
  /** Such as `apps/v1` and `apps/v1/Deployment`. */
  readonly apiVersions: readonly string[];
}

/** Where a chart is rendered. */
export interface ChartSurroundings {
  readonly namespace: string;
  /** Name of the release, if the settings have none. */
  readonly name: string;
  /** Where messages' paths start. */
  readonly folder: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly capabilities: Capabilities;
}

/** A chart as it was rendered. */
export interface RenderedChart {
  readonly found: readonly Found[];
  /** What people should know, and is no fault. */
  readonly notes: readonly string[];
  readonly faults: readonly string[];
}

/** A second render sees another second. */
const SECOND = 1100;

/** What a chart's templates have that is different without a release in the cluster. */
const DEPENDS: Readonly<Record<string, RegExp>> = {
  "lookup, which finds nothing": /\blookup\s+["'(]/,
  ".Release.IsUpgrade and .Release.IsInstall, which are those of an installation":
    /\.Release\.Is(?:Upgrade|Install)\b/,
  ".Release.Revision, which is 1": /\.Release\.Revision\b/,
};

const READS_CLOCK = /\bnow\b/;

/** Variables that Helm needs to fetch a chart: where its logins and certificates are, and the way to the network. */
const FOR_FETCHING =
  /^(?:HOME|TMPDIR|PATH|LC_ALL|DOCKER_CONFIG|XDG_\w+|SSL_CERT_\w+|HELM_\w+|https?_proxy|no_proxy)$/i;

/**
 * Renders a chart with the team's Helm: twice, because what differs would be a change in each preview.
 *
 * @throws ManifestFault where it cannot be rendered
 */
export async function renderChart(
  definition: ManifestsDefinition & { readonly chart: string },
  surroundings: ChartSurroundings,
): Promise<RenderedChart> {
  const { variables, folder } = surroundings;
  const isLocal = definition.repository === undefined && existsSync(definition.chart);
  const what = `chart ${isLocal ? called(definition.chart, folder) : definition.chart}`;
  const helm = programOn(variables["PATH"], "helm");
  if (helm === undefined) {
    throw new ManifestFault(`${what}: helm is not on the PATH; install Helm 3.14 or newer`);
  }
  return withScratch(async (scratch) => {
    const local = isLocal
      ? definition.chart
      : await fetchChart(what, definition, { helm, scratch, variables });
    const render = () => template(what, local, definition, { ...surroundings, helm, scratch });
    const templates = statSync(local).isDirectory()
      ? templatesIn(local, folder)
      : [contentOf(local, what)];
    const first = await render();
    if (templates.some((text) => READS_CLOCK.test(text))) {
      await pause(SECOND);
    }
    const found = documentsIn(first, what);
    const again = documentsIn(await render(), what);
    const { without = [] } = definition;
    const changed = differing(found, again, surroundings.namespace).filter(
      (title) => !without.includes(title),
    );
    return { found, notes: notesOn(what, templates), faults: madeUp(what, changed) };
  });
}

function madeUp(what: string, changed: readonly string[]): string[] {
  return changed.length === 0
    ? []
    : [
        `${what}: renders ${bounded(changed.join(", "))} differently each time, so that each preview would show a change; give the value that the chart makes up (a password by an existing Secret, see slipway:credentials), or leave the object out (without)`,
      ];
}

interface Tools {
  readonly helm: string;
  readonly scratch: string;
}

async function fetchChart(
  what: string,
  { chart, repository, version, digest }: ManifestsDefinition & { readonly chart: string },
  { helm, scratch, variables }: Tools & Pick<ChartSurroundings, "variables">,
): Promise<string> {
  const isOci = chart.startsWith("oci://");
  const reference = isOci && version === undefined && digest ? `${chart}@${digest}` : chart;
  const args = [
    "pull",
    reference,
    ...(repository === undefined ? [] : ["--repo", repository]),
    ...(version === undefined ? [] : ["--version", version]),
    "--destination",
    scratch,
  ];
  const own = Object.entries(variables).filter(([name]) => FOR_FETCHING.test(name));
  const { stdout, stderr } = await run(what, {
    program: helm,
    args,
    folder: scratch,
    variables: Object.fromEntries(own) as Record<string, string>,
  });
  const archive = readdirSync(scratch).find((name) => name.endsWith(".tgz"));
  if (archive === undefined) {
    throw new ManifestFault(`${what}: helm pull wrote no archive`);
  }
  const path = join(scratch, archive);
  const is = isOci
    ? /^Digest: (sha256:[0-9a-f]{64})$/m.exec(`${stdout}\n${stderr}`)?.[1]
    : `sha256:${createHash("sha256").update(readFileSync(path)).digest("hex")}`;
  if (digest !== undefined && is !== digest) {
    throw new ManifestFault(
      `${what}: digest: got ${is ?? "nothing"} from the registry; allowed: ${digest}, as the settings say; find out who has changed it`,
    );
  }
  return path;
}

async function template(
  what: string,
  local: string,
  definition: ManifestsDefinition,
  {
    helm,
    scratch,
    namespace,
    name,
    folder,
    capabilities,
  }: Omit<ChartSurroundings, "variables"> & Tools,
): Promise<string> {
  const { values = {}, valuesFiles = [], release = name } = definition;
  const file = join(scratch, "values.json");
  writeFileSync(file, JSON.stringify(values));
  const { stdout } = await run(what, {
    program: helm,
    args: [
      "template",
      release,
      local,
      "--namespace",
      namespace,
      "--include-crds",
      "--kube-version",
      capabilities.version,
      ...capabilities.apiVersions.flatMap((each) => ["--api-versions", each]),
      ...[...valuesFiles, file].flatMap((each) => ["--values", each]),
    ],
    folder,
    variables: { ...closedOff(scratch), HELM_PLUGINS: join(scratch, "none") },
  });
  return stdout;
}

function notesOn(what: string, templates: readonly string[]): string[] {
  return Object.entries(DEPENDS).flatMap(([used, form]) =>
    templates.some((text) => form.test(text))
      ? [`${what}: its templates use ${used}, because it is rendered and not installed`]
      : [],
  );
}

/** The texts of a chart's templates, and of those of the charts in it. */
function templatesIn(chart: string, folder: string): string[] {
  const names = readdirSync(chart, { recursive: true, encoding: "utf8" });
  for (const link of names.filter((name) => lstatSync(join(chart, name)).isSymbolicLink())) {
    requireWithin(join(chart, link), realpathSync(chart), folder);
  }
  return names
    .filter((name) => /(?:^|\/)templates\/.*\.(?:ya?ml|tpl|txt)$/.test(name))
    .map((name) => readFileSync(join(chart, name), "utf8"));
}

/** All that an archive has, as one text. */
function contentOf(archive: string, what: string): string {
  try {
    return gunzipSync(readFileSync(archive), { maxOutputLength: 4 * MOST_BYTES }).toString(
      "latin1",
    );
  } catch (error) {
    throw new ManifestFault(
      `${what}: is not the archive of a chart (${bounded((error as Error).message)}); allowed: what helm package writes`,
    );
  }
}
