import { z } from "zod";

import { type Of, word } from "./field.ts";

const shape = {
  /** Host of the registry, with its port if it needs one. */
  server: word,
  username: word,
  /** Secret. */
  password: z.string(),
};

/** Form of a {@link RegistryLogin}. */
export const registryLogin = z.object(shape).readonly();

/** Login of one image registry. */
export type RegistryLogin = Of<typeof shape>;
