import * as pulumi from "@pulumi/pulumi";

import { digestOf } from "../contract/image-reference.ts";
import type { ReleaseRecord } from "../contract/release-record.ts";
import { COMPONENTS, RESOURCES } from "../contract/tokens.ts";
import { askRegistries } from "./ask-provider.ts";
import { besideImages } from "./beside-images.ts";
import { byName } from "./by-name.ts";
import { comparePlatforms, comparisonOf } from "./compared-platforms.ts";
import { type BuildPlan, planBuild } from "./image/build-plan.ts";
import { alsoAsked, type BuiltImage, findBuild, type FoundBuild } from "./image/found-build.ts";
import type { ImageSource } from "./image/image.ts";
import type { Registry } from "./image/registry.ts";
import type { PlatformRequest } from "./image/platform-check.ts";
import { byOwner, ownerIn } from "./image/shared-build.ts";
import { type KnownResource, knownResources } from "./known-resources.ts";
import type { ServiceDefinition } from "./service-definition.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";
import type { AutoscalerBounds } from "./deliverer.ts";

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
  /**
   * Digest of its image, where that is known already, and its platform compared or its release proved.
   *
   * @default - its image is not known yet
   */
  readonly compared?: string;
}

/** What delivers a service. */
const KINDS = [
  "kubernetes:apps/v1:Deployment",
  "kubernetes:apps/v1:StatefulSet",
  "kubernetes:apps/v1:DaemonSet",
  "kubernetes:batch/v1:CronJob",
];

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
 * Reads the content of every service that is built here. Services that share a build have the same plan.
 *
 * @throws RunError where one cannot be read
 */
export function planBuilds(services: Services): Record<string, BuildPlan> {
  const plans = byOwner<Services[string], BuildPlan | undefined>(
    services,
    (name, service, owner) =>
      "build" in service && !("of" in service.build) ? planBuild(name, service.build) : owner,
  );
  return Object.fromEntries(
    Object.entries(plans).flatMap(([name, plan]) => (plan === undefined ? [] : [[name, plan]])),
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
  const images = byName(args.services, (name) => imageOf(name, args.services, builds));
  await comparePlatforms(requestsOf(args, images, known), args);
  return byName(args.services, (name) => {
    const [build, autoscaler] = [builds[name], autoscalerOf(name, known)];
    const compared = digestOf(images[name] ?? "");
    return {
      ...(build && { build }),
      ...(autoscaler && { autoscaler }),
      ...(compared !== undefined && { compared }),
    };
  });
}

/** The image that a service will run, as far as it is known before anything is built. */
function imageOf(
  name: string,
  services: Services,
  builds: Readonly<Record<string, FoundBuild>>,
): string | undefined {
  const service = services[name];
  const owner = service && ownerIn(service);
  if (service === undefined || owner !== undefined) {
    return owner && imageOf(owner, services, builds);
  }
  if ("build" in service) {
    return builds[name]?.image ?? builds[name]?.kept;
  }
  return "promoted" in service ? service.promoted : service.image;
}

/** What is compared before anything is declared: images that the stack has not proved, and what is asked of those to be built. */
function requestsOf(
  { services, builds }: SurveyArgs,
  images: Readonly<Record<string, string | undefined>>,
  known: Children,
): Record<string, PlatformRequest> {
  const requests = Object.entries(services).flatMap(([name, service]) => {
    const asked = builds[name]?.platforms ?? [];
    const image = images[name];
    const isNew = image === undefined ? asked.length > 0 : image !== provedImage(name, known);
    const own = isNew ? [[name, { ...comparisonOf(service, asked), image }] as const] : [];
    const applied = appliedPods(name, known);
    const beside = [...besideImages(service, (other) => images[other])]
      .filter(([, each]) => !applied.includes(each))
      .map(([container, image]) => {
        const request = { ...comparisonOf(service, []), image };
        return [`${name}, container ${container}`, request] as const;
      });
    return [...own, ...beside];
  });
  return Object.fromEntries(requests);
}

/** What delivers a service as it was applied last, as text, if its release was proved. */
function appliedPods(name: string, known: Children): string {
  const outputs = known.get(`${COMPONENTS.Release}$${RESOURCES.Readiness}::${name}`);
  const { verdict } = (outputs?.["release"] ?? {}) as Partial<ReleaseRecord>;
  const specs = KINDS.map((type) => known.get(`${COMPONENTS.Workload}$${type}::${name}`)?.["spec"]);
  return verdict === "ready" ? JSON.stringify(specs) : "";
}

function provedImage(name: string, known: Children): unknown {
  const outputs = known.get(`${COMPONENTS.Release}$${RESOURCES.Readiness}::${name}`);
  const { image, verdict } = (outputs?.["release"] ?? {}) as Partial<ReleaseRecord>;
  return verdict === "ready" ? image : undefined;
}

/** Whoever previews may lack the key to the state's secrets. */
function warnOfState(error: unknown): undefined {
  const reason = error instanceof Error ? error.message : String(error);
  void pulumi.log.warn(
    `the stack's own state cannot be read: ${reason}; what the registry has lost, or has already, is not noticed`,
  );
}

async function findBuilds(
  { services, builds, registry, provider }: SurveyArgs,
  known: Children,
): Promise<Record<string, FoundBuild>> {
  if (registry === undefined || Object.keys(builds).length === 0) {
    return {};
  }
  const ask = async (references: readonly string[]) =>
    (await askRegistries(references, registry, provider, ANSWER_SECONDS)) ?? [];
  const own = Object.entries(builds).filter(
    ([name]) => ownerIn(services[name] ?? {}) === undefined,
  );
  const asked = own.map(([name, plan]) => {
    const tag = `${registry.repository}/${name}:${plan.tag}`;
    return { name, plan, tag, built: builtImage(name, plan, known) };
  });
  const tagged = await ask(asked.map(({ tag }) => tag));
  const byTag = new Map(tagged.map((answer) => [answer.reference, answer]));
  const also = asked.flatMap(({ tag, built }) => alsoAsked(tag, built, byTag.get(tag)));
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

function builtImage(name: string, { buildx }: BuildPlan, known: Children): BuiltImage | undefined {
  const type = buildx === undefined ? "docker:index/image:Image" : RESOURCES.ImageBuild;
  const outputs = known.get(`${COMPONENTS.Image}$${type}::${name}`);
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
