import * as pulumi from "@pulumi/pulumi";

import type { HandOffInputs, HandOffResult } from "../../contract/hand-off.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import type { Inputs } from "../inputs.ts";
import type { SlipwayResourceOptions } from "../slipway-provider.ts";

/** Arguments of a {@link HandOff}. */
export type HandOffArgs = Inputs<HandOffInputs>;

/**
 * Writes manifests to where a controller of GitOps takes them from, a folder of a branch or an artifact in a registry, and waits until
 * the controller has applied this very revision. It changes nothing in the cluster itself. Deleted, it leaves what is written: without
 * it the controller would delete what runs.
 *
 * A revision that is not applied is an output, so that the releases that wait for it are recorded as failed for that reason.
 *
 * @see docs/hand-off.md
 */
export class HandOff extends pulumi.CustomResource {
  declare readonly to: pulumi.Output<HandOffInputs["to"]>;
  declare readonly by: pulumi.Output<HandOffInputs["by"]>;
  declare readonly stack: pulumi.Output<HandOffInputs["stack"]>;
  /** What the branch or the tag was at before; null if nothing was changed, empty if there was nothing. */
  declare readonly previous: pulumi.Output<HandOffResult["previous"]>;
  /** The commit, or the artifact's digest. */
  declare readonly revision: pulumi.Output<HandOffResult["revision"]>;
  /** What the controller reported at the end. */
  declare readonly controller: pulumi.Output<HandOffResult["controller"]>;
  /** By the workload's key, what delivers a service as the controller left it. */
  declare readonly deployments: pulumi.Output<HandOffResult["deployments"]>;
  /** Why it is not applied, undefined if it is. */
  declare readonly failure: pulumi.Output<HandOffResult["failure"]>;
  /** What a person is to merge, undefined if it was pushed to the branch itself. */
  declare readonly pullRequest: pulumi.Output<HandOffResult["pullRequest"]>;

  constructor(name: string, args: HandOffArgs, opts: SlipwayResourceOptions) {
    const outputs = {
      ...{ revision: undefined, previous: undefined, changed: undefined, files: undefined },
      ...{ deployments: undefined, controller: undefined, failure: undefined },
      ...{ pullRequest: undefined, startedAt: undefined, seconds: undefined },
    };
    super(RESOURCES.HandOff, name, { ...outputs, ...args }, opts);
  }
}
