/** How something of the platform is now. */
export interface RunState {
  /** Empty for what runs in the cluster. */
  readonly pid: string;
  /** `running`, `not answering`, `died` (not by us) or `stopped`; of the node `Ready` or `NotReady`. */
  readonly state: string;
  /** When it was started, ISO 8601; empty for what runs in the cluster. */
  readonly since: string;
  readonly address: string;
}
