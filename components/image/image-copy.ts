import * as pulumi from "@pulumi/pulumi";

import type { ImageCopyInputs } from "../../contract/image-copy.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import type { Inputs } from "../inputs.ts";

/** Arguments of an {@link ImageCopy}. */
export type ImageCopyArgs = Inputs<ImageCopyInputs>;

/**
 * An image in another repository, under the same digest: nothing is built, and no Docker daemon is needed. The copy
 * remains when this resource is deleted.
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
