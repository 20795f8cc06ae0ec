import * as pulumi from "@pulumi/pulumi";

import { COMPONENTS } from "../contract/tokens.ts";
import { askRegistries } from "./ask-provider.ts";
import { byName } from "./by-name.ts";
import { type BuildPlan, planBuild } from "./image/build-plan.ts";
import { alsoAsked, type BuiltImage, findBuild, type FoundBuild } from "./image/found-build.ts";
import type { ImageSource, Registry } from "./image/image.ts";
import { type KnownResource, knownResources } from "./known-resources.ts";
import type { ServiceDefinition } from "./service-definition.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";
import type { AutoscalerBounds } from "./delivered.ts";

/** A preview may run where no registry is reachable, and is not to wait for that. */
const ANSWER_SECONDS = 10;

/** What there is of a service already. */
export interface Standing {
  /** @default - its image is not built here */
  readonly build?: FoundBuild;
  /**
   * The bounds of its autoscaler.
   *
   * @default - it has none
   */
  readonly autoscaler?: AutoscalerBounds;
}

type Services = Readonly<Record<string, ImageSource & ServiceDefinition>>;

/** Inputs of {@link survey}. */
export interface SurveyArgs {
  /** By name. */
  readonly services: Services;
  /** See {@link planBuilds}. */
  readonly builds: Readonly<Record<string, BuildPlan>>;
  /** Where this stack keeps its images. */
  readonly registry: Registry | undefined;
  readonly provider: SlipwayProvider;
}

/**
 * Reads the content of every service that is built here.
 *
 * @throws RunError where one cannot be read
 */
export function planBuilds(services: Services): Record<string, BuildPlan> {
  return Object.fromEntries(
    Object.entries(services).flatMap(([name, service]) =>
      "build" in service ? [[name, planBuild(name, service.build)] as const] : [],
    ),
  );
}

/**
 * Finds out what the stack and the registry have of each service before anything of it is declared: an image that the registry has
 * lost is built again, one that it has already is not pushed a second time. A registry that does not answer is a warning.
 */
export async function survey(args: SurveyArgs): Promise<Record<string, Standing>> {
  const resources = await knownResources(args.provider).catch(warnOfState);
  if (resources === undefined) {
    return byName(args.builds, (_, plan) => ({ build: { plan } }));
  }
  const known = childrenIn(resources);
  const builds = await findBuilds(args, known);
  return byName(args.services, (name) => {
    const [build, autoscaler] = [builds[name], autoscalerOf(name, known)];
    return { ...(build && { build }), ...(autoscaler && { autoscaler }) };
  });
}

/** Whoever previews may lack the key to the state's secrets. */
function warnOfState(error: unknown): undefined {
  const reason = error instanceof Error ? error.message : String(error);
  void pulumi.log.warn(
    `the stack's own state cannot be read: ${reason}; what the registry has lost, or has already, is not noticed`,
  );
}

async function findBuilds(
  { builds, registry, provider }: SurveyArgs,
  known: Children,
): Promise<Record<string, FoundBuild>> {
  if (registry === undefined || Object.keys(builds).length === 0) {
    return {};
  }
  const ask = async (references: readonly string[]) =>
    (await askRegistries(references, registry, provider, ANSWER_SECONDS)) ?? [];
  const asked = Object.entries(builds).map(([name, plan]) => {
    const tag = `${registry.repository}/${name}:${plan.tag}`;
    return { name, plan, tag, built: builtImage(name, known) };
  });
  const tagged = await ask(asked.map(({ tag }) => tag));
  const also = asked.flatMap(({ tag, built }) =>
    alsoAsked(
      tag,
      built,
      tagged.find(({ reference }) => reference === tag),
    ),
  );
  const said = [...tagged, ...(await ask(also))];
  return Object.fromEntries(
    asked.map(({ name, plan, tag, built }) => {
      const { found, warning } = findBuild(plan, tag, built, said);
      if (warning !== undefined) {
        void pulumi.log.warn(`image of ${name}: ${warning}`);
      }
      return [name, found];
    }),
  );
}

function builtImage(name: string, known: Children): BuiltImage | undefined {
  const outputs = known.get(`${COMPONENTS.Image}$docker:index/image:Image::${name}`);
  const { imageName, repoDigest, context } = outputs ?? {};
  return typeof imageName === "string" && typeof repoDigest === "string"
    ? { imageName, repoDigest, context: typeof context === "string" ? context : "" }
    : undefined;
}

function autoscalerOf(name: string, known: Children): AutoscalerBounds | undefined {
  const type = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
  return known.get(`${COMPONENTS.Workload}$${type}::${name}`)?.["spec"] as
    AutoscalerBounds | undefined;
}

/** The outputs of resources by the type of their component, their own and their name: as their URNs end. */
type Children = ReadonlyMap<string, KnownResource["outputs"]>;

/** To look through all resources for each service would take the square of the time. */
function childrenIn(resources: readonly KnownResource[]): Children {
  return new Map(
    resources.map(({ urn, outputs }) => {
      const [, , types = "", ...name] = urn.split("::");
      return [`${types.split("$").slice(-2).join("$")}::${name.join("::")}`, outputs];
    }),
  );
}
