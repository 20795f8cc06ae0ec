import { type FoundImage, imageDigestsArgs } from "../contract/image-digests.ts";
import { atATime } from "./cluster/at-a-time.ts";
import { parsed } from "./input-schema.ts";
import type { Lookup } from "./registry/registry.ts";
import type { Properties } from "../wire/plugin.ts";

/** Questions that are asked at a time. */
const TOGETHER = 8;

/**
 * The function `slipway:index:imageDigests`: which of these images their registries have. A registry's error is reported
 * with the others, so that all faults are reported at once.
 */
export async function imageDigests(args: Properties, lookup: Lookup): Promise<Properties> {
  const { references, login, answerSeconds: seconds } = parsed(imageDigestsArgs, args);
  const registry = lookup(login);
  const find = async (reference: string): Promise<FoundImage> => {
    const limit = seconds === undefined ? undefined : AbortSignal.timeout(seconds * 1000);
    try {
      const digest = await registry.digest(reference, limit);
      return { reference, ...(digest !== undefined && { digest }) };
    } catch (error) {
      const isLate = limit?.aborted === true;
      const fault = isLate ? `no answer in ${seconds} s` : (error as Error).message;
      return { reference, fault };
    }
  };
  return { images: await atATime(TOGETHER, references, find) };
}
