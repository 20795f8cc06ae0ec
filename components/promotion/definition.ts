/** The stack that releases are promoted from, and what they must have behind them. */
export interface Promotion {
  /** Name of a stack of this project, or `organization/project/stack`. */
  readonly stack: string;
  /**
   * Where that stack has its images: what their names begin with, `registry.example.com/team`, or by service the repository
   * of each. A record that names a different one is refused: it would bring an image, and gates, of its own.
   */
  readonly repository: string | Readonly<Record<string, string>>;
  /** For how many seconds a release must have been ready there. */
  readonly soakSeconds: number;
  /** Names of the gates that its image must have passed. */
  readonly gates: readonly string[];
}

/** Stands for a service's image until the other stack's outputs are read. */
export interface ToBePromoted {
  readonly promote: true;
  /**
   * The service whose image it is.
   * @default - its own, or that of a service of this stack whose proved image is the same
   */
  readonly of?: string;
}
