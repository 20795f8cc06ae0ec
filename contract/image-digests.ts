import type { RegistryLogin } from "./registry-login";

/** Arguments of the function `slipway:index:imageDigests`. */
export interface ImageDigestsArgs {
  /** `repository@sha256:<64 hex>` or `repository:tag`. */
  readonly references: readonly string[];
  /** @default - the logins of the machine */
  readonly login?: RegistryLogin;
}

/** What a registry said of an image: `digest` where it has it, `fault` where it did not answer. */
export interface FoundImage {
  readonly reference: string;
  readonly digest?: string;
  readonly fault?: string;
}
