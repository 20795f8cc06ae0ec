import * as pulumi from "@pulumi/pulumi";

import type { ServedKind } from "../../contract/served-kinds.ts";
import { plain } from "../../mask/plain.ts";
import { askProvider } from "../ask-provider.ts";
import type { ExceptionsDefinition } from "../service/exceptions.ts";
import type { ManifestsDefinition, WithManifests } from "../service/manifests.ts";
import type { SlipwayProvider } from "../slipway-provider.ts";
import { manifestsError } from "./manifests-error.ts";
import { groupOf, idOf, type NamedObject } from "./object.ts";
import { keyOf, kindsDefinedBy } from "./place.ts";
import { render, type RenderedManifests, type Rendering } from "./render.ts";
import { ManifestFault } from "./yaml.ts";

/** Objects beside the services: their manifests, and how long they are awaited. */
export type ExtraManifests = string | (ManifestsDefinition & ExceptionsDefinition);

/** Inputs of {@link renderManifests}. */
export interface RenderManifestsArgs {
  /** By name; only those with manifests are rendered. */
  readonly services: Readonly<Record<string, WithManifests & ExceptionsDefinition>>;
  /**
   * By name, in the order in which they are applied.
   * @default {}
   */
  readonly extras?: Readonly<Record<string, ExtraManifests>>;
  /** Of the stack. */
  readonly namespace: string;
  /**
   * Objects that the stack creates otherwise, by kind and name: a manifest must not describe them, too. Without manifests it is not called.
   * @default - there are none
   */
  readonly others?: () => readonly NamedObject[];
  readonly provider: SlipwayProvider;
}

/** Manifests as they are applied, by the names of what has them. */
export interface AllRendered {
  readonly services: Readonly<Record<string, RenderedManifests>>;
  readonly extras: Readonly<Record<string, RenderedManifests>>;
}

/** One source, and what has it. */
interface Source {
  readonly group: "extras" | "services";
  readonly name: string;
  readonly manifests: ExtraManifests;
  readonly allow: ExceptionsDefinition["allow"];
}

/**
 * Renders all manifests of a stack, before anything is registered. Without any, nobody is asked.
 *
 * @throws RunError with a line for each fault
 */
export async function renderManifests(args: RenderManifestsArgs): Promise<AllRendered> {
  const { namespace, others = () => [], provider } = args;
  const rendered: Record<Source["group"], Record<string, RenderedManifests>> = {
    extras: {},
    services: {},
  };
  const sources = sourcesOf(args);
  if (sources.length === 0) {
    return rendered;
  }
  const { version = "", kinds = [] } = await askProvider("servedKinds", {}, provider);
  const served = new Map<string, ServedKind>(kinds.map((kind) => [keyOf(kind), kind]));
  const faults: string[] = [];
  for (const source of sources) {
    try {
      const made = await renderOne(source, { namespace, cluster: { version, kinds }, served });
      rendered[source.group][source.name] = made;
      for (const [key, kind] of kindsDefinedBy(made.objects.map(({ object }) => object))) {
        served.set(key, kind);
      }
    } catch (error) {
      if (!(error instanceof ManifestFault)) {
        throw error;
      }
      faults.push(...error.message.split("\n").map((line) => `${placeOf(source)}: ${line}`));
    }
  }
  faults.push(...twice(rendered, others(), namespace));
  if (faults.length > 0) {
    throw manifestsError(faults);
  }
  return rendered;
}

/** Extras come first: they may define what services need. */
function sourcesOf({
  services,
  extras = {},
}: Pick<RenderManifestsArgs, "services" | "extras">): Source[] {
  return [
    ...Object.entries(extras).map(([name, manifests]) => ({
      ...({ group: "extras", name, manifests } as const),
      allow: typeof manifests === "string" ? undefined : manifests.allow,
    })),
    ...Object.entries(services).flatMap(([name, { manifests, allow }]) =>
      manifests === undefined
        ? []
        : [{ ...({ group: "services", name, manifests, allow } as const) }],
    ),
  ];
}

function placeOf({ group, name }: Source): string {
  return `slipway:${group}.${name}${group === "services" ? ".manifests" : ""}`;
}

async function renderOne(
  source: Source,
  surroundings: Pick<Rendering, "namespace" | "cluster" | "served">,
): Promise<RenderedManifests> {
  const { group, name, manifests, allow = [] } = source;
  const made = await render(manifests, {
    ...surroundings,
    name,
    hasImage: group === "services",
    folder: process.cwd(),
    variables: process.env,
  });
  made.notes.forEach((note) => void pulumi.log.info(plain(`${placeOf(source)}: ${note}`)));
  return { ...made, ...(allow.length > 0 && { allow }) };
}

/** Two entries of a state for one object would undo each other's changes. */
function twice(
  { extras, services }: AllRendered,
  others: readonly NamedObject[],
  home: string,
): string[] {
  const keyOfObject = (object: NamedObject) => `${groupOf(object)} ${idOf(object, home)}`;
  const seen = new Map(others.map((object) => [keyOfObject(object), "Slipway's own objects"]));
  const all = [
    ...Object.entries(extras).map(([name, made]) => [`slipway:extras.${name}`, made] as const),
    ...Object.entries(services).map(([name, made]) => [`slipway:services.${name}`, made] as const),
  ];
  return all.flatMap(([place, { objects }]) =>
    objects.flatMap(({ object }) => {
      const key = keyOfObject(object);
      const before = seen.get(key);
      seen.set(key, place);
      return before === undefined
        ? []
        : [
            `${place}: ${idOf(object, home)} is among ${before}, too; allowed: each object once; leave it out of one (without)`,
          ];
    }),
  );
}
