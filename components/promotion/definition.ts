/** The stack that releases are promoted from, and what they must have behind them. */
export interface Promotion {
  /** Name of a stack of this project, or `organization/project/stack`. */
  readonly stack: string;
  /** For how many seconds a release must have been ready there. */
  readonly soakSeconds: number;
  /** Names of the gates that its image must have passed. */
  readonly gates: readonly string[];
}

/** Stands for a service's image until the other stack's outputs are read. */
export interface ToBePromoted {
  readonly promote: true;
}
