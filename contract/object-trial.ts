/** The answer of the function `slipway:index:tryObjects`. */
export interface ObjectTrial {
  /** What the API server does not accept, in its words. */
  readonly refused: readonly Refused[];
  /**
   * What whoever asks may not create, so that nothing is known of it.
   * @default - nothing
   */
  readonly forbidden?: readonly Refused[];
}

/** An object that the API server does not accept. */
export interface Refused {
  /** Its place among those that were tried. */
  readonly index: number;
  readonly message: string;
}
