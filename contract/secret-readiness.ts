import type { SealingController } from "./sealed-values";

/** Inputs of `slipway:index:SecretReadiness`. */
export interface SecretReadinessInputs {
  readonly namespace: string;
  /** Name of the SealedSecret and of the Secret that it becomes. */
  readonly name: string;
  /** `sha256:<64 hex>` over the SealedSecret: another one is awaited again. */
  readonly manifestHash: string;
  /** By key of the Secret: see `SealedValuesOutputs`. */
  readonly digests: Readonly<Record<string, string>>;
  /** Secret. */
  readonly digestKey: string;
  readonly controller: SealingController;
}
