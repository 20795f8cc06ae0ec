import { z } from "zod";

import { count, pinned } from "./field.ts";
import { registryLogin } from "./registry-login.ts";

/**
 * Arguments of the function `imagePlatforms`: images by digest, the login of one registry, how long it may take for an
 * answer, and the labels by which pods choose nodes.
 */
export const imagePlatformsArgs = z.object({
  images: z.array(pinned).readonly(),
  login: registryLogin.exactOptional(),
  answerSeconds: count,
  labels: z.array(z.string()).readonly(),
  /**
   * Whether the cluster is asked for its nodes.
   * @default true
   */
  nodes: z.boolean().exactOptional(),
});

/** For which platforms an image is. */
export interface ImagePlatforms {
  readonly image: string;
  /** Empty where the image does not say. */
  readonly platforms: readonly string[];
  /**
   * Why its registry did not answer.
   * @default - it did
   */
  readonly fault?: string;
}

/** Nodes of one platform that have the same labels, as far as these are asked for. */
export interface NodeGroup {
  readonly platform: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly count: number;
}

/** Answer of the function `imagePlatforms`. */
export interface PlatformAnswers {
  readonly images: readonly ImagePlatforms[];
  readonly nodes: readonly NodeGroup[];
  /**
   * Why the cluster did not say what its nodes are.
   * @default - it did
   */
  readonly nodesFault?: string;
}
