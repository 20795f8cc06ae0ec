/** Inputs of `slipway:index:LaneGuard`. */
export interface LaneGuardInputs {
  /** Of the services. */
  readonly namespace: string;
  /** What the lanes ask of the cluster: lines about each object, by its kind and name. */
  readonly lanes: Readonly<Record<string, readonly string[]>>;
}
