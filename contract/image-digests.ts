import { z } from "zod";

import { count } from "./field.ts";
import { registryLogin } from "./registry-login.ts";

/** Arguments of the function `imageDigests`: references by digest or by tag, the login of one registry, and how long it may take for an answer. */
export const imageDigestsArgs = z.object({
  references: z.array(z.string()).readonly(),
  login: registryLogin.exactOptional(),
  answerSeconds: count.exactOptional(),
});

/** What a registry said of an image: `digest` if it has it, `fault` if it did not answer. */
export interface FoundImage {
  readonly reference: string;
  readonly digest?: string;
  readonly fault?: string;
}
