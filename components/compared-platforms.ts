import * as pulumi from "@pulumi/pulumi";

import { digestOf } from "../contract/image-reference.ts";
import { askProvider } from "./ask-provider.ts";
import type { ComparedImage } from "./image/image.ts";
import type { NodeChoice } from "./image/node-choice.ts";
import {
  isCompared,
  type PlatformRequest,
  platformFindings,
  platformQuestion,
  requirePlatforms,
} from "./image/platform-check.ts";
import { loginTo, type Registry } from "./image/registry.ts";
import type { ServiceDefinition } from "./service-definition.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";

/** A registry or an API server that does not answer holds up nothing. */
const ANSWER_SECONDS = 10;

/** Who has said already that the nodes are not known. */
const TOLD = new WeakSet<SlipwayProvider>();

/** Who is asked about platforms. */
export interface PlatformSources {
  readonly registry: Registry | undefined;
  readonly provider: SlipwayProvider;
}

/** What is compared of a service, apart from its image. */
export function comparisonOf(
  service: ServiceDefinition,
  asked: readonly string[],
): Omit<PlatformRequest, "image"> {
  const { checkPlatform = true } = service;
  return { asked, placement: nodeChoiceOf(service), comparesNodes: checkPlatform };
}

/** A patch of the pods is merged last. */
function nodeChoiceOf(service: ServiceDefinition): NodeChoice {
  const { nodeSelector, affinity } = service as NodeChoice;
  const patch = (service.pod ?? {}) as NodeChoice;
  return {
    nodeSelector: { ...nodeSelector, ...patch.nodeSelector },
    ...((patch.affinity ?? affinity) && { affinity: patch.affinity ?? affinity }),
  };
}

/**
 * Compares what images are built for with what was asked for and with the nodes. Who does not answer is named, and then
 * nothing is compared with that.
 *
 * @param requests by the services' names
 * @throws RunError if one is for a different platform
 */
export async function comparePlatforms(
  requests: Readonly<Record<string, PlatformRequest>>,
  { registry, provider }: PlatformSources,
): Promise<void> {
  const all = Object.values(requests).filter(isCompared);
  if (all.length === 0) {
    return;
  }
  const args = {
    ...platformQuestion(all),
    login: loginTo(registry),
    answerSeconds: ANSWER_SECONDS,
  };
  const { images, nodes, nodesFault } = await askProvider("imagePlatforms", args, provider);
  if (images === undefined || nodes === undefined) {
    return;
  }
  if (nodesFault !== undefined && !TOLD.has(provider) && all.some((each) => each.comparesNodes)) {
    TOLD.add(provider);
    void pulumi.log.info(
      `the platforms of images are not compared with those of the nodes: ${nodesFault}`,
    );
  }
  requirePlatforms(platformFindings(requests, { images, nodes }));
}

/**
 * Compares the image of one service once it is there; nothing is compared in a preview.
 *
 * @param known digest of an image that was compared, or proved, before
 */
export function comparing(
  name: string,
  service: ServiceDefinition,
  sources: PlatformSources,
  known: string | undefined,
): ComparedImage {
  return async (image, asked) => {
    if (digestOf(image) !== known && !pulumi.runtime.isDryRun()) {
      await comparePlatforms({ [name]: { ...comparisonOf(service, asked), image } }, sources);
    }
    return image;
  };
}
