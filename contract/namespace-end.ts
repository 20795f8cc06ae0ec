/** The answer of the function `slipway:index:namespaceEnd`. */
export interface NamespaceEnd {
  /**
   * What holds up the end of a namespace that is being deleted.
   * @default - it is not being deleted
   */
  readonly told?: string;
  /**
   * What ends it.
   * @default - it is not being deleted
   */
  readonly remedy?: string;
}
