import * as pulumi from "@pulumi/pulumi";

import type { RegistryLogin } from "../../contract/registry-login.ts";
import { registryServer } from "../../contract/image-reference.ts";

/** Where images are pushed to and pulled from. */
export interface Registry {
  /** What the images' names begin with, e.g. `registry.example.com/team`. */
  readonly repository: string;
  /** @default - the registry asks for none */
  readonly username?: string;
  /** @default - the registry asks for none */
  readonly password?: pulumi.Output<string>;
  /**
   * Name of an existing Secret in the namespace that pulls the images.
   *
   * @default - the nodes may pull them
   */
  readonly pullSecret?: string;
}

/** The login that the settings have for their registry; no other registry gets it. */
export function loginTo(
  registry: Registry | undefined,
): pulumi.Input<pulumi.Unwrap<RegistryLogin>> | undefined {
  if (registry?.username === undefined) {
    return undefined;
  }
  const { username, password, repository } = registry;
  return pulumi
    .output(password ?? "")
    .apply((plain) => ({ server: registryServer(repository), username, password: plain }));
}
