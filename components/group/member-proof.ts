import * as pulumi from "@pulumi/pulumi";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import type { ReadinessArgs } from "../readiness.ts";
import type { SlipwayResourceOptions } from "../slipway-provider.ts";

/**
 * Waits until a member of a group is proved, as a `Readiness` does, but neither fails the run nor rolls anything back: that is
 * left to the `Readiness` of the member, which follows once the group has its verdict. It creates nothing in the cluster.
 */
export class MemberProof extends pulumi.CustomResource {
  /** What was found at the member's turn; unknown in a preview that changes the release. */
  declare readonly release: pulumi.Output<ReleaseRecord>;

  constructor(name: string, args: ReadinessArgs, opts: SlipwayResourceOptions) {
    super(RESOURCES.MemberProof, name, { release: undefined, ...args }, opts);
  }
}
