import * as pulumi from "@pulumi/pulumi";
import type { GroupInputs } from "../contract/group.ts";
import type { DeploymentIdentity, ReadinessInputs } from "../contract/readiness.ts";
import type { HistoryEntry, ReleaseRecord } from "../contract/release-record.ts";
import type { SlipwayResourceOptions } from "./slipway-provider.ts";
import { RESOURCES } from "../contract/tokens.ts";
import type { Inputs } from "./inputs.ts";

/** Arguments of a {@link Readiness}. */
export type ReadinessArgs = Inputs<Omit<ReadinessInputs, "deployment" | "group">> & {
  /** The Deployment as it was applied, by name, uid and generation. */
  readonly deployment: pulumi.Input<Inputs<DeploymentIdentity>>;
  /**
   * The group that the service is a member of, with the verdict on it: a `Group` gives it.
   * @default - it is delivered by itself
   */
  readonly group?: pulumi.Input<Inputs<GroupInputs>>;
};

/**
 * Waits until a release is proved to be healthy: the Deployment's rollout is complete, every ready pod runs the
 * released digest, the Service routes to each of them, and the Ingress has its address. It creates nothing
 * in the cluster, and changes only the pod template of a failed release. Whatever needs a healthy release depends on it.
 *
 * A release that fails fails the `up` with what the pods wait for, their last log lines, the Warning events and the
 * command to run next. The failure stays in the stack's state, so that the next `up` judges again; `pulumi refresh`
 * judges again too, and reports a release that broke later as a changed `release`.
 *
 * If an earlier release was ready, the Deployment gets its pod template back, and the `up` fails once that one is ready
 * again: see docs/rollback.md.
 *
 * `customTimeouts` limits the whole wait like `timeoutSeconds`, and that for a rollback again; the shorter one counts.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#complete-deployment
 */
export class Readiness extends pulumi.CustomResource {
  /** The release's record, once it is ready; unknown in a preview that changes the release. */
  declare readonly release: pulumi.Output<ReleaseRecord>;
  /** The last 20 releases of the service, newest first; unknown in a preview that changes the release. */
  declare readonly history: pulumi.Output<readonly HistoryEntry[]>;

  constructor(name: string, args: ReadinessArgs, opts: SlipwayResourceOptions) {
    super(RESOURCES.Readiness, name, { release: undefined, history: undefined, ...args }, opts);
  }
}
