/** What a release is given time for before it has failed. */
export interface Tolerances {
  /**
   * How often each container may end and be started again.
   * @default 1
   */
  readonly restarts?: number;
  /**
   * Seconds for which a pod may find no node.
   * @default 30
   */
  readonly unschedulableSeconds?: number;
  /**
   * Seconds for which a node may not get through to the registry.
   * @default 60
   */
  readonly registrySeconds?: number;
}
