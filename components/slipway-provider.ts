import * as pulumi from "@pulumi/pulumi";
import type { ProviderConfig } from "../contract";

export type SlipwayProviderArgs = {
  readonly [Key in keyof ProviderConfig]: pulumi.Input<ProviderConfig[Key]>;
};

/**
 * Slipway's own provider for one cluster, always explicit: nothing falls back to a current context.
 * It makes no resources; `Readiness` runs in it.
 *
 * The project's `Pulumi.yaml` names the folder that the engine starts it from, under `plugins.providers`.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/providers/#explicit-providers
 */
export class SlipwayProvider extends pulumi.ProviderResource {
  constructor(name: string, args: SlipwayProviderArgs, opts?: pulumi.ResourceOptions) {
    super("slipway", name, args, opts);
  }
}
