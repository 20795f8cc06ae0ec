import { z } from "zod";

import { type Of, pinned, repository } from "./field.ts";
import { registryLogin } from "./registry-login.ts";

const shape = {
  /** The image to copy: `repository@sha256:<64 hex>`. */
  from: pinned,
  /** The repository that gets it. */
  to: repository,
  /**
   * Login of one registry, kept as a secret.
   * @default - the logins of the machine, as `docker login` made them
   */
  login: registryLogin.exactOptional(),
};

/** Form of {@link ImageCopyInputs}. */
export const imageCopyInputs = z.object(shape).readonly();

/** Inputs of an `ImageCopy`. */
export type ImageCopyInputs = Of<typeof shape>;
