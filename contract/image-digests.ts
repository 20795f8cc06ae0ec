import { z } from "zod";

import { registryLogin } from "./registry-login.ts";

/** Arguments of the function `imageDigests`: references by digest or by tag, and the login of one registry. */
export const imageDigestsArgs = z.object({
  references: z.array(z.string()).readonly(),
  login: registryLogin.exactOptional(),
});

/** What a registry said of an image: `digest` if it has it, `fault` if it did not answer. */
export interface FoundImage {
  readonly reference: string;
  readonly digest?: string;
  readonly fault?: string;
}
