import { type FoundImage, imageDigestsArgs } from "../contract/image-digests.ts";
import { parsed } from "./input-schema.ts";
import type { Lookup } from "./registry/lookup.ts";
import type { Properties } from "../wire/plugin.ts";

/** Questions that are asked at a time. */
const TOGETHER = 8;

/**
 * The function `slipway:index:imageDigests`: which of these images their registries have. What a registry did not
 * answer is told beside the others, so that all that is wrong is told at once.
 */
export async function imageDigests(args: Properties, lookup: Lookup): Promise<Properties> {
  const { references, login, answerSeconds } = parsed(imageDigestsArgs, args);
  const registry = lookup(login);
  const images: FoundImage[] = [];
  for (let start = 0; start < references.length; start += TOGETHER) {
    const asked = references.slice(start, start + TOGETHER);
    images.push(
      ...(await Promise.all(asked.map((reference) => find(reference, registry, answerSeconds)))),
    );
  }
  return { images };
}

async function find(
  reference: string,
  registry: ReturnType<Lookup>,
  answerSeconds: number | undefined,
): Promise<FoundImage> {
  const limit = answerSeconds === undefined ? undefined : AbortSignal.timeout(answerSeconds * 1000);
  try {
    const digest = await registry.digest(reference, limit);
    return { reference, ...(digest !== undefined && { digest }) };
  } catch (error) {
    const isLate = limit?.aborted === true;
    return {
      reference,
      fault: isLate ? `no answer in ${answerSeconds} s` : (error as Error).message,
    };
  }
}
