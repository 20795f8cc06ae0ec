import * as pulumi from "@pulumi/pulumi";

import type { ExternalSecretReadinessInputs } from "../../contract/external-secret-readiness.ts";
import type { SlipwayResourceOptions } from "../slipway-provider.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import type { Inputs } from "../inputs.ts";

/** Arguments of an {@link ExternalSecretReadiness}. */
export type ExternalSecretReadinessArgs = Inputs<ExternalSecretReadinessInputs>;

/**
 * Waits until the External Secrets controller has created the Secret of an ExternalSecret as it was applied, and reports
 * when its values differ from the last `up`. It creates nothing in the cluster. Whatever needs the Secret depends
 * on it.
 *
 * An ExternalSecret whose values are unavailable fails the `up` with the controller's message within seconds, one about
 * which the controller says nothing after a minute or `customTimeouts`. The failure stays in the stack's state: the
 * next `up` has the controller retry. `pulumi refresh` looks again, too.
 *
 * @see https://external-secrets.io/latest/introduction/overview/
 */
export class ExternalSecretReadiness extends pulumi.CustomResource {
  /** Whether the Secret exists with the store's values. */
  declare readonly ready: pulumi.Output<boolean>;
  /** Changes with any value of the Secret, and reveals nothing of them. */
  declare readonly digest: pulumi.Output<string>;

  constructor(name: string, args: ExternalSecretReadinessArgs, opts: SlipwayResourceOptions) {
    const outputs = { ready: undefined, digest: undefined, digestKey: undefined };
    super(RESOURCES.ExternalSecretReadiness, name, { ...outputs, ...args }, opts);
  }
}
