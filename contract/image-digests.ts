import { z } from "zod";

import { count, type Of } from "./field";
import { registryLogin } from "./registry-login";

const shape = {
  /** `repository@sha256:<64 hex>` or `repository:tag`. */
  references: z.array(z.string()).readonly(),
  /** @default - the logins of the machine */
  login: registryLogin.exactOptional(),
  /**
   * How long a registry may take for one answer.
   *
   * @default - as long as the network allows
   */
  answerSeconds: count.exactOptional(),
};

/** Form of {@link ImageDigestsArgs}. */
export const imageDigestsArgs = z.object(shape).readonly();

/** Arguments of the function `imageDigests`. */
export type ImageDigestsArgs = Of<typeof shape>;

/** What a registry said of an image: `digest` where it has it, `fault` where it did not answer. */
export interface FoundImage {
  readonly reference: string;
  readonly digest?: string;
  readonly fault?: string;
}
