/** Inputs of `slipway:index:ExternalSecretReadiness`. */
export interface ExternalSecretReadinessInputs {
  readonly namespace: string;
  /** Name of the ExternalSecret and of the Secret that it becomes. */
  readonly name: string;
  /** `sha256:<64 hex>` over the ExternalSecret: another one is awaited again. */
  readonly manifestHash: string;
}
