/** A kind of object that an API server serves. */
export interface ServedKind {
  readonly apiVersion: string;
  readonly kind: string;
  /** In the plural, as in paths and RBAC rules. */
  readonly resource: string;
  readonly namespaced: boolean;
}

/** Arguments of the function `slipway:index:servedKinds`. */
export interface ServedKindsArgs {
  /**
   * The group whose kinds are asked for.
   * @default - all groups
   */
  readonly group?: string;
}

/** What the function `slipway:index:servedKinds` answers. */
export interface ServedKinds {
  /**
   * Of the API server, such as `v1.34.3`.
   * @default - one group was asked for
   */
  readonly version?: string;
  /** @default - the API server does not say which kinds the group has */
  readonly kinds?: readonly ServedKind[];
}
