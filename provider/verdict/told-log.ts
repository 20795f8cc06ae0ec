/** The last lines of one container's log. */
export interface ContainerLog {
  readonly pod: string;
  readonly container: string;
  /** Whether these are of the container before its last restart. */
  readonly previous: boolean;
  /** The lines, or why there are none. */
  readonly lines: readonly string[];
  /**
   * The architecture of the pod's node, where the lines ask for it.
   * @default - not asked for, or not to be read
   */
  readonly architecture?: string;
}

/** A container whose log tells why the release is not ready. */
export type LogSource = Omit<ContainerLog, "lines" | "architecture">;
