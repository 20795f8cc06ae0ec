/** The answer of the function `slipway:index:namespaceState`. */
export interface NamespaceState {
  /**
   * Whether the cluster has the namespace.
   * @default - whoever asks may not read it
   */
  readonly exists?: boolean;
  /**
   * The Pod Security level that it enforces.
   *
   * @default - it enforces none
   * @see https://kubernetes.io/docs/concepts/security/pod-security-admission/
   */
  readonly level?: string;
}
