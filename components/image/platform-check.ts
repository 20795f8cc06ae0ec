import * as pulumi from "@pulumi/pulumi";

import type { ImagePlatforms, NodeGroup, PlatformAnswers } from "../../contract/image-platforms.ts";
import { runsOn, servesPlatform } from "../../contract/platform.ts";
import { faultsError } from "../faults-error.ts";
import { labelsOf, matches, type NodeChoice } from "./node-choice.ts";

/** An image before it runs, and where it may run. */
export interface PlatformRequest {
  /**
   * `repository@sha256:<64 hex>`.
   * @default - it is not built yet
   */
  readonly image?: string | undefined;
  /** Platforms that the settings say it is built for. */
  readonly asked: readonly string[];
  readonly placement: NodeChoice;
  /** Whether its platform is compared with the nodes'. */
  readonly comparesNodes: boolean;
}

/** What is to be asked about images by `imagePlatforms`. */
export function platformQuestion(requests: readonly PlatformRequest[]) {
  const compared = requests.filter(({ comparesNodes }) => comparesNodes);
  return {
    images: [...new Set(requests.flatMap(({ image }) => image ?? []))],
    labels: [...new Set(compared.flatMap(({ placement }) => labelsOf(placement)))],
    ...(compared.length === 0 && { nodes: false }),
  };
}

/** Whether there is anything that an image's platform is compared with. */
export function isCompared({ asked, comparesNodes }: PlatformRequest): boolean {
  return comparesNodes || asked.length > 0;
}

/** What is wrong with the platforms of services' images, and what is worth a warning. */
export interface PlatformFindings {
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Compares what each service's image is built for with what was asked for and with the nodes.
 *
 * @param requests by the services' names
 */
export function platformFindings(
  requests: Readonly<Record<string, PlatformRequest>>,
  { images, nodes }: PlatformAnswers,
): PlatformFindings {
  const answers = new Map(images.map((answer) => [answer.image, answer]));
  const found = Object.entries(requests).map(([name, request]) => {
    const known = answers.get(request.image ?? "");
    const unlike = askedFault(name, request, known);
    return unlike === undefined
      ? nodeFindings(name, request, known, nodes)
      : { faults: [unlike], warnings: [] };
  });
  const unasked = images.flatMap(({ image, fault }) =>
    fault === undefined
      ? []
      : [`the registry does not say for which platform ${image} is: ${fault}`],
  );
  return {
    faults: found.flatMap(({ faults }) => faults),
    warnings: [...found.flatMap(({ warnings }) => warnings), ...unasked],
  };
}

/**
 * Fails the run if an image is for a platform that was not asked for, or that no node has.
 *
 * @throws RunError with a line for each service
 */
export function requirePlatforms({ faults, warnings }: PlatformFindings): void {
  for (const warning of warnings) {
    void pulumi.log.warn(warning);
  }
  if (faults.length > 0) {
    throw faultsError(faults, "images are for a different platform");
  }
}

/** A builder may ignore what it is told. */
function askedFault(
  name: string,
  { asked }: PlatformRequest,
  known: ImagePlatforms | undefined,
): string | undefined {
  const platforms = known?.platforms ?? [];
  const missing = asked.filter((each) => !platforms.some((own) => servesPlatform(own, each)));
  if (known === undefined || platforms.length === 0 || missing.length === 0) {
    return undefined;
  }
  return `image of ${name}: got ${platforms.join(", ")} in ${known.image}; allowed: ${asked.join(", ")}, as its build says; the builder or the base image has ignored that: use a base image and a builder for it, see docker buildx ls, and change the content so that it is built again`;
}

function nodeFindings(
  name: string,
  { image, asked, placement, comparesNodes }: PlatformRequest,
  known: ImagePlatforms | undefined,
  nodes: readonly NodeGroup[],
): PlatformFindings {
  const platforms = known?.platforms ?? asked;
  const possible = nodes.filter(({ labels }) => matches(labels, placement));
  const unable = possible.filter(
    ({ platform }) => !platforms.some((each) => runsOn(each, platform)),
  );
  if (!comparesNodes || platforms.length === 0 || unable.length === 0) {
    return { faults: [], warnings: [] };
  }
  const what = `image of ${name}: got ${platforms.join(", ")}${image === undefined ? " in its build" : ` in ${image}`}`;
  const theirs = [...new Set(unable.map(({ platform }) => platform))].join(", ");
  if (unable.length === possible.length) {
    const remedy = `use an image for it, or build.platform: ${unable[0]?.platform ?? ""} where it is built here; where the nodes emulate others, or such nodes are only made for its pods, set checkPlatform: false`;
    return {
      faults: [`${what}; allowed: ${theirs}, which its nodes are; ${remedy}`],
      warnings: [],
    };
  }
  const count = unable.reduce((sum, group) => sum + group.count, 0);
  const warning = `${what}; ${count} of the nodes that its pods may be placed on are ${theirs} and cannot run it: build it for these, too (build.platforms), or keep its pods away (nodeSelector kubernetes.io/arch)`;
  return { faults: [], warnings: [warning] };
}
