import * as pulumi from "@pulumi/pulumi";
import type { ProviderConfig } from "../contract/provider-config.ts";

/** Inputs of a {@link SlipwayProvider}. */
export interface SlipwayProviderArgs {
  /**
   * Absolute path of the kubeconfig file.
   * @default - the file that the environment variable KUBECONFIG names, which `envVarMappings` may rename
   */
  readonly kubeconfig?: pulumi.Input<ProviderConfig["kubeconfig"]>;
  /** Context in that file. */
  readonly context: pulumi.Input<ProviderConfig["context"]>;
  /**
   * Whether a controller applies what the stack declares, so that the provider writes nothing to prepare it.
   * @default false
   */
  readonly handsOff?: pulumi.Input<NonNullable<ProviderConfig["handsOff"]>>;
}

/**
 * Slipway's own provider for one cluster, always explicit: nothing falls back to a current context.
 * It creates no objects; `Readiness` runs in it.
 *
 * The project's `Pulumi.yaml` names the folder that the engine starts it from, under `plugins.providers`.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/providers/#explicit-providers
 */
export class SlipwayProvider extends pulumi.ProviderResource {
  constructor(name: string, args: SlipwayProviderArgs, opts?: pulumi.ResourceOptions) {
    super("slipway", name, { ...args }, opts);
  }
}

/** Options of a resource that Slipway's own provider serves. */
export type SlipwayResourceOptions = pulumi.CustomResourceOptions & {
  readonly provider: SlipwayProvider;
};
