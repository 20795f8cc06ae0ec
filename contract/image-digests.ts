import { z } from "zod";

import { count, reference } from "./field.ts";
import { registryLogin } from "./registry-login.ts";

/** Arguments of the function `imageDigests`: references by digest or by tag, the login of one registry, and how long it may take for an answer. */
export const imageDigestsArgs = z.object({
  references: z.array(reference).readonly(),
  login: registryLogin.exactOptional(),
  answerSeconds: count.exactOptional(),
});

/** What a registry said of an image. */
export interface FoundImage {
  readonly reference: string;
  /** @default - the registry does not have it, or did not answer */
  readonly digest?: string;
  /**
   * Why there was no answer.
   * @default - there was one
   */
  readonly fault?: string;
}
