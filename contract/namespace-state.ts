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
  /** @default - it is not being deleted */
  readonly end?: NamespaceEnd;
}

/** The end of a namespace that is being deleted. It accepts no new objects from anybody. */
export interface NamespaceEnd {
  /** What holds it up. */
  readonly told: string;
  /** What ends it. */
  readonly remedy: string;
}
