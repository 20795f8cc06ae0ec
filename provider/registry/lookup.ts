import { z } from "zod";

import type { RegistryLogin } from "../../contract/registry-login";
import type { Registry } from "./registry";

/** Form of a login as it crosses the engine's wire. */
export const loginSchema = z.object({
  server: z.string().min(1),
  username: z.string().min(1),
  password: z.string(),
});

/** The registries, as they are seen with a login. */
export type Lookup = (login: RegistryLogin | undefined) => Pick<Registry, "digest" | "copy">;
