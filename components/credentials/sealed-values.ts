import * as pulumi from "@pulumi/pulumi";

import { byName } from "../by-name.ts";
import type { SealedValuesInputs, SealedValuesOutputs } from "../../contract/sealed-values.ts";
import type { SlipwayResourceOptions } from "../slipway-provider.ts";
import { RESOURCES } from "../../contract/tokens.ts";

/** Arguments of {@link SealedValues}. */
export type SealedValuesArgs = Omit<SealedValuesInputs, "values"> & {
  /** By key of the Secret. They leave the program for Slipway's provider and are kept nowhere. */
  readonly values: Readonly<Record<string, pulumi.Input<string>>>;
};

/**
 * Ciphertext for a SealedSecret. The state holds it instead of the values. It creates nothing in the cluster.
 *
 * A value that did not change keeps its ciphertext, so that an `up` without a change shows none; a different one is
 * sealed again with the controller's newest certificate. Fails if that is expired or unreadable, or if the
 * controller says that it cannot open the ciphertext.
 *
 * @see https://github.com/bitnami-labs/sealed-secrets#scopes
 */
export class SealedValues extends pulumi.CustomResource {
  /** Values of `spec.encryptedData`. */
  declare readonly encryptedData: pulumi.Output<SealedValuesOutputs["encryptedData"]>;
  /** By key, whether the value differs; it says nothing without a secret key. */
  declare readonly digests: pulumi.Output<SealedValuesOutputs["digests"]>;
  /** The same for all values together. */
  declare readonly digest: pulumi.Output<string>;
  /** What the digests are made with: a secret. */
  declare readonly digestKey: pulumi.Output<string>;

  constructor(name: string, args: SealedValuesArgs, opts: SlipwayResourceOptions) {
    const outputs = { encryptedData: undefined, digests: undefined, digest: undefined };
    const values = byName(args.values, (_, value) => pulumi.secret(value));
    super(
      RESOURCES.SealedValues,
      name,
      { ...outputs, digestKey: undefined, ...args, values },
      opts,
    );
  }
}
