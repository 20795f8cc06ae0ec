import type { RegistryLogin } from "../../contract/registry-login.ts";
import type { Registry } from "./registry.ts";

/** The registries, as they are seen with a login. */
export type Lookup = (
  login: RegistryLogin | undefined,
) => Pick<Registry, "digest" | "copy" | "attached">;
