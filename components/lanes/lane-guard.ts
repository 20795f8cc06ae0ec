import * as pulumi from "@pulumi/pulumi";

import type { LanePlan } from "./plan.ts";
import { summaryOf } from "./summary.ts";
import type { SlipwayResourceOptions } from "../slipway-provider.ts";
import { RESOURCES } from "../../contract/tokens.ts";

/** Inputs of a {@link LaneGuard}. */
export interface LaneGuardArgs {
  /** See `planLanes`. */
  readonly plan: LanePlan;
  /**
   * Whether it guards against the end of the lanes, and not against other ones. Then it depends on all of them, to be the first to go.
   *
   * @default false
   */
  readonly last?: boolean;
}

/**
 * Lets lanes be changed by an administrator only: a run as one of the lanes that comes with other ones ends here, with what
 * changes and who must run what, before anything is touched. The API server would refuse it, too, one object at a
 * time and in the middle of the run. So does one that comes without lanes where there were some. It makes nothing in the cluster. What the stack delivers depends on it.
 */
export class LaneGuard extends pulumi.CustomResource {
  constructor(name: string, { plan, last = false }: LaneGuardArgs, opts: SlipwayResourceOptions) {
    const inputs = { namespace: plan.home, lanes: last ? {} : summaryOf(plan) };
    super(RESOURCES.LaneGuard, name, inputs, opts);
  }
}
