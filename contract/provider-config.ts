/** Configuration of Slipway's provider: which cluster it watches. */
export interface ProviderConfig {
  /** Absolute path of the kubeconfig file. */
  readonly kubeconfig: string;
  /** Context in that file. */
  readonly context: string;
}
