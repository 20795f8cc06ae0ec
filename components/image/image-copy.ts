import * as pulumi from "@pulumi/pulumi";

import type { ImageCopyInputs } from "../../contract/image-copy";
import { RESOURCES } from "../../contract/tokens";

export interface ImageCopyArgs {
  /** The image to copy: `repository@sha256:<64 hex>`. */
  readonly from: pulumi.Input<ImageCopyInputs["from"]>;
  /** The repository that gets it. */
  readonly to: pulumi.Input<ImageCopyInputs["to"]>;
  /**
   * Login of one registry, kept as a secret.
   *
   * @default - the logins of the machine, as `docker login` made them
   */
  readonly login?: pulumi.Input<NonNullable<ImageCopyInputs["login"]>> | undefined;
}

/**
 * An image in another repository, under the same digest: nothing is built, and no Docker daemon is asked. The copy
 * stays where it is when this resource goes.
 *
 * @see https://github.com/google/go-containerregistry/tree/main/cmd/crane
 */
export class ImageCopy extends pulumi.CustomResource {
  /** The copy: `repository@sha256:<64 hex>`; a preview knows it, too. */
  declare readonly image: pulumi.Output<string>;

  constructor(name: string, args: ImageCopyArgs, opts: pulumi.CustomResourceOptions) {
    const login = args.login === undefined ? undefined : pulumi.secret(args.login);
    super(RESOURCES.ImageCopy, name, { image: undefined, ...args, login }, opts);
  }
}
