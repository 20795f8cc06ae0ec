import type { RegistryLogin } from "./registry-login";

/** Inputs of `slipway:index:ImageCopy`. */
export interface ImageCopyInputs {
  /** `repository@sha256:<64 hex>`. */
  readonly from: string;
  /** The repository that gets it. */
  readonly to: string;
  /** @default - the logins of the machine */
  readonly login?: RegistryLogin;
}

/** Outputs of `slipway:index:ImageCopy`. */
export interface ImageCopyOutputs extends ImageCopyInputs {
  /** The copy: `repository@sha256:<64 hex>`, with the digest of the image that it was made from. */
  readonly image: string;
}
