import { existsSync, statSync } from "node:fs";
import { join } from "node:path";

import type { ServedKind, ServedKinds } from "../../contract/served-kinds.ts";
import type { ExceptionWord } from "../service/exceptions.ts";
import type { ManifestsDefinition } from "../service/manifests.ts";
import { checked } from "./check.ts";
import { renderChart, type RenderedChart } from "./chart.ts";
import { CHART, KUSTOMIZATIONS, readFiles } from "./files.ts";
import { decideHooks } from "./hooks.ts";
import { renderKustomization } from "./kustomization.ts";
import { type Found, idOf, type Rendered, titleOf } from "./object.ts";
import { placed } from "./place.ts";
import { otherTags } from "./other-tags.ts";
import { nameFaults, runs, tagFaults } from "./pod-spec.ts";
import { deploymentsIn, RELEASED } from "./routes.ts";
import { ManifestFault } from "./yaml.ts";

/** Faults of one source that are reported; more have the same cause. */
const MOST_FAULTS = 20;

/** The manifests of a service or extra, as they are applied. */
export interface RenderedManifests {
  /** In the order in which they are applied. */
  readonly objects: readonly Rendered[];
  /**
   * By what name the manifests call the image of the service.
   * @default - none of their images is the stack's
   */
  readonly image?: string;
  readonly awaitAddress: boolean;
  /**
   * What their pods may do beside the level `restricted`.
   * @default - nothing
   */
  readonly allow?: readonly ExceptionWord[];
  /** What people should know. */
  readonly notes: readonly string[];
}

/** Where manifests are rendered. */
export interface Rendering {
  /** Of the service or extra. */
  readonly name: string;
  /** Whether one of the images is the stack's. */
  readonly hasImage: boolean;
  /** The namespace of the stack. */
  readonly namespace: string;
  /** Where messages' paths start. */
  readonly folder: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly cluster: Required<ServedKinds>;
  /** What the cluster serves, and what is defined before. */
  readonly served: ReadonlyMap<string, ServedKind>;
}

/**
 * Renders manifests, and checks them as far as that needs no cluster.
 *
 * @throws ManifestFault with all that is wrong, a line each
 */
export async function render(
  source: string | ManifestsDefinition,
  rendering: Rendering,
): Promise<RenderedManifests> {
  const definition = typeof source === "string" ? definitionAt(source) : source;
  const { namespace: home, name, hasImage, served } = rendering;
  const read = await readSource(definition, rendering);
  const left = withoutThose(read.found, definition, home);
  const { objects, faults } = checked(left.found, home);
  const origins = new Map(objects.map(({ object, origin }) => [idOf(object, home), origin]));
  const own = objects.map(({ object }) => object);
  const hooks = decideHooks(own, home, definition.hooks ?? {});
  const hooked = hooks.kept.map((each) => {
    return { ...each, origin: origins.get(idOf(each.object, home)) ?? "" };
  });
  const places = placed(hooked, home, definition, served);
  const image = hasImage ? (definition.image ?? name) : undefined;
  const found = [
    ...read.faults,
    ...left.faults,
    ...faults,
    ...hooks.faults,
    ...places.faults,
    ...places.objects.flatMap(({ object }) => tagFaults(object, home, image)),
    ...(image === undefined ? [] : nameFaults(own, home, image)),
  ];
  if (found.length === 0) {
    found.push(...emptyFaults(places.objects, image));
  }
  if (found.length > 0) {
    throw new ManifestFault(reported(found).join("\n"));
  }
  const tags = own.flatMap((object) => otherTags(object, home));
  const notes = [...read.notes, ...hooks.notes, ...places.notes, ...tags];
  const { awaitAddress = true } = definition;
  return { objects: places.objects, ...(image !== undefined && { image }), awaitAddress, notes };
}

/** What a path by itself means: a chart, a kustomization, or files. */
function definitionAt(path: string): ManifestsDefinition {
  if (/^oci:\/\/|\.tgz$/.test(path)) {
    return { chart: path };
  }
  const has = (name: string) => statSync(path).isDirectory() && existsSync(join(path, name));
  return has(CHART)
    ? { chart: path }
    : KUSTOMIZATIONS.some(has)
      ? { kustomize: path }
      : { files: path };
}

async function readSource(
  definition: ManifestsDefinition,
  { namespace, name, folder, variables, cluster }: Rendering,
): Promise<RenderedChart> {
  const { files, kustomize, chart } = definition;
  if (files !== undefined) {
    return { found: readFiles(files, folder), notes: [], faults: [] };
  }
  if (kustomize !== undefined) {
    const found = await renderKustomization(kustomize, folder, variables);
    return { found, notes: [], faults: [] };
  }
  if (chart === undefined) {
    throw new ManifestFault("neither files, kustomize nor chart; allowed: one of them");
  }
  const apiVersions = cluster.kinds.map(({ apiVersion, kind }) => `${apiVersion}/${kind}`);
  const versions = new Set(cluster.kinds.map(({ apiVersion }) => apiVersion));
  const capabilities = { version: cluster.version, apiVersions: [...versions, ...apiVersions] };
  return renderChart(
    { ...definition, chart },
    { namespace, name, folder, variables, capabilities },
  );
}

/** Left out before anything is said of them. */
function withoutThose(
  found: readonly Found[],
  { without = [] }: ManifestsDefinition,
  home: string,
): Pick<RenderedChart, "found" | "faults"> {
  const titles = found.map(({ value }) => titleOf(value, home));
  const faults = without
    .filter((id) => !titles.includes(id))
    .map(
      (id) =>
        `without: there is no ${id}; allowed: Kind/name of what the manifests have; remove it`,
    );
  return { found: found.filter((_, index) => !without.includes(titles[index] ?? "")), faults };
}

function emptyFaults(objects: readonly Rendered[], image: string | undefined): string[] {
  if (objects.length === 0) {
    return ["there is no object in it; name the file or folder with the manifests"];
  }
  if (image === undefined || deploymentsIn(objects, "", image).some(({ isOurs }) => isOurs)) {
    return [];
  }
  const others = objects
    .filter(({ object }) => runs(object, image))
    .map(({ object }) => object.kind);
  return [
    others.length === 0
      ? `no container has the image ${image}; allowed: one whose repository is, or ends in, ${image}; set manifests.image to what they call it`
      : `only a ${others.join(", ")} runs the image ${image}; allowed: one of ${RELEASED.join(", ")}, whose release is the service's; deliver the others as slipway:extras`,
  ];
}

function reported(faults: readonly string[]): string[] {
  const more = faults.length - MOST_FAULTS;
  return more > 0 ? [...faults.slice(0, MOST_FAULTS), `and ${more} more`] : [...faults];
}
