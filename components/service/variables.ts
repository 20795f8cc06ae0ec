/** What of a service's settings is about its environment variables. */
export interface VariablesDefinition {
  /**
   * Environment variables of the container. Text arrives as it is, also a `$`.
   * @default {}
   */
  readonly env?: Readonly<Record<string, VariableSource>>;
  /**
   * Secrets, ConfigMaps and credentials of which every key is an environment variable. `env` takes precedence, and of two of these the
   * later one.
   * @default []
   */
  readonly envFrom?: readonly WholeSource[];
  /**
   * Credentials of which every key is an environment variable of the same name.
   * @default []
   */
  readonly credentials?: readonly string[];
}

/** What a variable's value comes from. */
export type VariableSource =
  | string
  | Expansion
  | (SecretKey & MayBeMissing)
  | (CredentialKey & MayBeMissing)
  | (ConfigMapKey & MayBeMissing)
  | FieldOfPod
  | ResourceOfContainer;

/** The same once credentials are the Secrets that they become. */
export type ResolvedVariable = Exclude<VariableSource, CredentialKey>;

/** What pods may start without. */
export interface MayBeMissing {
  /**
   * Whether pods start without it.
   * @default false
   */
  readonly optional?: boolean;
}

/**
 * Text in which `$(NAME)` stands for another variable of the service, and `$$` for `$`.
 *
 * @see https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
export interface Expansion {
  readonly expand: string;
}

/** A key of an existing Secret in the namespace. */
export interface SecretKey {
  readonly secret: string;
  readonly key: string;
}

/** A key of a credential that the stack creates. */
export interface CredentialKey {
  readonly credential: string;
  readonly key: string;
}

/** A key of an existing ConfigMap in the namespace. */
export interface ConfigMapKey {
  readonly configMap: string;
  readonly key: string;
}

/**
 * A field of the pod, such as `status.podIP`.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/downward-api/#available-fields
 */
export interface FieldOfPod {
  readonly field: string;
}

/** A request or limit of the container, such as `limits.memory`. */
export interface ResourceOfContainer {
  readonly resource: string;
  /**
   * The unit of the value, such as `1Mi`.
   * @default - whole cores and bytes
   */
  readonly divisor?: string;
}

/** A whole Secret, ConfigMap or credential: one of them. */
export type Whole =
  { readonly secret: string } | { readonly configMap: string } | { readonly credential: string };

/** The same once a credential is the Secret that it becomes. */
export type ResolvedWhole = Exclude<Whole, { readonly credential: string }>;

/** How the keys of a whole object become variables. */
interface Prefixed extends MayBeMissing {
  /**
   * What stands before each key in the variable's name.
   * @default - nothing
   */
  readonly prefix?: string;
}

/** An object of which every key is a variable. */
export type WholeSource = Whole & Prefixed;

/** The variables of a container, with the Secrets of its credentials. */
export interface CompletedVariables {
  readonly env: Readonly<Record<string, ResolvedVariable>>;
  readonly envFrom: readonly (ResolvedWhole & Prefixed)[];
}
