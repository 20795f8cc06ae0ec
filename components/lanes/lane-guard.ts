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
   * Whether it guards against the removal of the lanes, and not against changes. Then it depends on all of them, so that
   * it is deleted first.
   * @default false
   */
  readonly last?: boolean;
}

/**
 * Refuses a change or removal of the lanes by an identity that may not change their roles: the run ends with what
 * changes and who must run what, before anything is touched. The API server would refuse it, too, one object at a time
 * and in the middle of the run. It creates nothing in the cluster. What the stack delivers depends on it.
 */
export class LaneGuard extends pulumi.CustomResource {
  constructor(name: string, { plan, last = false }: LaneGuardArgs, opts: SlipwayResourceOptions) {
    const inputs = { namespace: plan.home, lanes: last ? {} : summaryOf(plan) };
    super(RESOURCES.LaneGuard, name, inputs, opts);
  }
}
