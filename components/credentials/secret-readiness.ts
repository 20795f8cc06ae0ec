import * as pulumi from "@pulumi/pulumi";

import type { SecretReadinessInputs } from "../../contract/secret-readiness.ts";
import type { SlipwayResourceOptions } from "../slipway-provider.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import type { Inputs } from "../inputs.ts";

/** Arguments of a {@link SecretReadiness}. */
export type SecretReadinessArgs = Inputs<SecretReadinessInputs>;

/**
 * Waits until the Sealed Secrets controller has unsealed a SealedSecret as it was applied, and its Secret holds the
 * values that were sealed. It creates nothing in the cluster. Whatever needs the Secret depends on it.
 *
 * A SealedSecret that cannot be unsealed fails the `up` with the controller's message within seconds, one about
 * which the controller says nothing after a minute or `customTimeouts`. The failure stays in the stack's state: the next `up`
 * has the controller retry. `pulumi refresh` looks again, too.
 *
 * @see https://github.com/bitnami-labs/sealed-secrets
 */
export class SecretReadiness extends pulumi.CustomResource {
  /** Whether the Secret is as it was sealed. */
  declare readonly ready: pulumi.Output<boolean>;

  constructor(name: string, args: SecretReadinessArgs, opts: SlipwayResourceOptions) {
    super(RESOURCES.SecretReadiness, name, { ready: undefined, ...args }, opts);
  }
}
