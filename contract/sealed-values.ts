/** Which Secrets a sealed value may become: this one, any of its namespace, or any at all. */
export type SealingScope = "strict" | "namespace-wide" | "cluster-wide";

/** Service of the Sealed Secrets controller. */
export interface SealingController {
  readonly namespace: string;
  readonly name: string;
}

/** Inputs of `slipway:index:SealedValues` as the program gives them; `values` goes no further than `check`. */
export interface SealedValuesInputs {
  readonly namespace: string;
  /** Name of the SealedSecret and its Secret. */
  readonly name: string;
  readonly scope: SealingScope;
  readonly controller: SealingController;
  /** Certificate to seal with, as PEM text, where the controller is not to be asked for its own. */
  readonly certificate?: string;
  /** By key of the Secret. */
  readonly values: Readonly<Record<string, string>>;
  /**
   * Keys whose values are base64 of what is sealed, because that is no text.
   * @default []
   */
  readonly base64?: readonly string[];
}

/** Outputs of `slipway:index:SealedValues`. */
export interface SealedValuesOutputs {
  /** Values of `spec.encryptedData`. */
  readonly encryptedData: Readonly<Record<string, string>>;
  /** Tells of each value, with {@link digestKey}, whether it is another one. */
  readonly digests: Readonly<Record<string, string>>;
  /** The same for all values together. */
  readonly digest: string;
  /** Secret. */
  readonly digestKey: string;
}
