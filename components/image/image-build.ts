import * as pulumi from "@pulumi/pulumi";

import type { ImageBuildInputs } from "../../contract/image-build.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import type { Inputs } from "../inputs.ts";

/** Arguments of an {@link ImageBuild}. */
export type ImageBuildArgs = Inputs<ImageBuildInputs>;

/**
 * An image that `docker buildx` builds and pushes: one with secrets, SSH, labels, a cache in a registry, or for several
 * platforms. It remains when this resource is deleted.
 *
 * @see https://docs.docker.com/reference/cli/docker/buildx/build/
 */
export class ImageBuild extends pulumi.CustomResource {
  /** `repository@sha256:<64 hex>`. */
  declare readonly repoDigest: pulumi.Output<string>;

  constructor(name: string, args: ImageBuildArgs, opts: pulumi.CustomResourceOptions) {
    const login = args.login === undefined ? undefined : pulumi.secret(args.login);
    super(RESOURCES.ImageBuild, name, { repoDigest: undefined, ...args, login }, opts);
  }
}
