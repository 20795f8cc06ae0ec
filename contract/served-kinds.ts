/** A kind of object that an API server serves. */
export interface ServedKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** In the plural, as in paths and RBAC rules. */
  readonly resource: string;
  readonly namespaced: boolean;
}

/** What the function `slipway:index:servedKinds` answers. */
export interface ServedKinds {
  /** Of the API server, such as `v1.34.3`. */
  readonly version: string;
  readonly kinds: readonly ServedKind[];
}
