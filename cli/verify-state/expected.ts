import type { SecretsExpected } from "./secrets-provider.ts";

/** How a provider finds its kubeconfig. */
export interface KubeconfigInput {
  /** Path of the file, empty if a variable has it. */
  readonly kubeconfig: string;
  /** Variables of the engine by the variables of the provider that get their values, the other way round. */
  readonly envVarMappings: Readonly<Record<string, string>>;
}

/** What a state may say, by the settings of the checkout. */
export interface Expected {
  readonly project: string;
  /** Without organization and project. */
  readonly stack: string;
  /** Of the stack. Nothing in the state says it that a forger could not write. */
  readonly organization: string;
  readonly kubeconfigs: readonly KubeconfigInput[];
  readonly contexts: readonly string[];
  /**
   * The folder that objects are rendered to.
   * @default - the stack hands nothing off
   */
  readonly rendersTo?: string;
  /** By which the state may know the cluster. */
  readonly identifiers: readonly string[];
  /** By package. */
  readonly versions: Readonly<Record<string, readonly string[]>>;
  /** Settings of packages that have default providers, by package. */
  readonly configured: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Of the services, and of a pool of trials. */
  readonly namespaces: readonly string[];
  /** Those of a pool of trials, that of its book first. */
  readonly pool: readonly string[];
  /** Of the lanes. */
  readonly lanes: readonly string[];
  /** Credentials outside of the services' namespace, as namespace/name. */
  readonly credentials: readonly string[];
  /** Objects of manifests outside of the services' namespace: Kind/name, or namespace/Kind/name. */
  readonly outside: readonly string[];
  /** Where the lanes may have roles beside all of these. */
  readonly granted: readonly string[];
  /** Where Prometheus is asked. */
  readonly prometheus: readonly string[];
  /** The same for Prometheus, of which they may have roles, too. */
  readonly monitored: readonly string[];
  readonly policies: readonly string[];
  /** Stacks that are read; a name without organization and project is of this organization and project. */
  readonly stacks: readonly string[];
  readonly secrets: SecretsExpected;
}
