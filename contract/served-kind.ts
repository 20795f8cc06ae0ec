/** The answer of the function `slipway:index:servedKind`. */
export interface ServedKind {
  /**
   * Versions of the kind's group that the API server serves, where it does not serve the kind in the version that was asked for.
   * @default - it serves the kind, or does not say
   */
  readonly otherVersions?: readonly string[];
}
