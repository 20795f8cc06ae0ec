/** Configuration of Slipway's provider: which cluster it watches. */
export interface ProviderConfig {
  /** Absolute path of the kubeconfig file. */
  readonly kubeconfig: string;
  /** Context in that file. */
  readonly context: string;
  /**
   * Whether a controller applies what the stack declares: then nothing that leads from one object to the next is written.
   * @default false
   */
  readonly handsOff?: boolean;
}
