/** Arguments of the function `slipway:index:namespaceEnd`. */
export interface NamespaceEndArgs {
  readonly namespace: string;
}

/** What is told of a namespace that is being deleted; nothing of any other one. */
export interface NamespaceEnd {
  readonly told?: string;
  /** What ends it. */
  readonly remedy?: string;
}
