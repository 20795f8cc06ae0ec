import * as pulumi from "@pulumi/pulumi";

import type { MigrationInputs, MigrationResult } from "../contract/migration.ts";
import { RESOURCES } from "../contract/tokens.ts";
import type { Inputs } from "./inputs.ts";
import type { SlipwayResourceOptions } from "./slipway-provider.ts";

/** Arguments of a {@link Migration}. */
export type MigrationArgs = Inputs<Omit<MigrationInputs, "job">> & {
  /** The Job's manifest. */
  readonly job: pulumi.Input<object>;
};

/**
 * Migrates a service's database: creates a Job for each image and command that has not been proved yet, and waits for its end. One
 * that was proved never runs again, also when its Job is gone; one that failed runs again with the next `up`; one that still runs is
 * awaited.
 *
 * A failure is no error of this resource: the `Readiness` of the service reports it, and nothing of the service is touched before.
 */
export class Migration extends pulumi.CustomResource {
  /** The key of what it has run; unknown in a preview of one that will run. */
  declare readonly key: pulumi.Output<string>;
  /** What has become of it. */
  declare readonly result: pulumi.Output<MigrationResult>;

  constructor(name: string, args: MigrationArgs, opts: SlipwayResourceOptions) {
    super(RESOURCES.Migration, name, { result: undefined, ...args }, opts);
  }
}
