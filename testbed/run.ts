/** How a command has ended. */
export interface Run {
  readonly exitCode: number;
  /** Both streams, as a person would see them. */
  readonly output: string;
}
