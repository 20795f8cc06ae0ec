/** Login of one image registry. */
export interface RegistryLogin {
  /** Host of the registry, with its port where it needs one. */
  readonly server: string;
  readonly username: string;
  /** Secret. */
  readonly password: string;
}
