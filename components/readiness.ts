import * as pulumi from "@pulumi/pulumi";
import type { DeploymentIdentity, ReadinessInputs } from "../contract/readiness";
import type { HistoryEntry, ReleaseRecord } from "../contract/release-record";
import type { SlipwayProvider } from "./slipway-provider";
import { RESOURCES } from "../contract/tokens";

export interface ReadinessArgs {
  /** Name of the service, as in the settings. */
  readonly service: pulumi.Input<string>;
  /** Namespace of the Deployment, the Service and the Ingress. */
  readonly namespace: pulumi.Input<string>;
  /** The Deployment as it was applied, by name, uid and generation. */
  readonly deployment: pulumi.Input<{
    readonly [Key in keyof DeploymentIdentity]: pulumi.Input<DeploymentIdentity[Key]>;
  }>;
  /** What every ready pod must run: `repository@sha256:<64 hex>`. */
  readonly image: pulumi.Input<string>;
  /** Name of the Kubernetes Service that must route to every ready pod. */
  readonly serviceName: pulumi.Input<string>;
  /**
   * The Ingress, and whether an address of it is waited for. Some classes publish none, e.g. on bare metal.
   * @default - the service has no Ingress
   */
  readonly ingress?: pulumi.Input<NonNullable<ReadinessInputs["ingress"]>>;
  /** `sha256:<64 hex>` over the release's manifests. */
  readonly manifestHash: pulumi.Input<string>;
  /**
   * Commit of the source.
   * @default - the source is not in git
   */
  readonly commit?: pulumi.Input<string>;
  /** Whether the source had changes that are not in the commit. */
  readonly dirty: pulumi.Input<boolean>;
  /** Seconds without progress after which the rollout has failed: the Deployment's `progressDeadlineSeconds`. */
  readonly deadlineSeconds: pulumi.Input<number>;
  /**
   * Seconds that the whole wait for the verdict may take, whatever progress there is; a rollback may take them once
   * more. They count from the start of the resource, also where the API server never answers.
   * @default - 600, or five times `deadlineSeconds` where that is more
   */
  readonly timeoutSeconds?: pulumi.Input<number>;
  /**
   * Seconds for which a service that has started may answer its readiness probe with "not yet".
   * @default 60
   */
  readonly warmupSeconds?: pulumi.Input<number>;
  /**
   * What a release is given time for: `restarts` of each container, `unschedulableSeconds` without a node,
   * `registrySeconds` without a way to the registry.
   * @default - 1, 30 and 60
   */
  readonly tolerate?: pulumi.Input<NonNullable<ReadinessInputs["tolerate"]>>;
  /**
   * Whether the last lines of the containers' logs are part of a failed release's report and record.
   * @default true
   */
  readonly logs?: pulumi.Input<boolean>;
  /**
   * Whether a release that fails makes way for the last one that was ready.
   * @default true
   */
  readonly rollback?: pulumi.Input<boolean>;
  /**
   * Whether a release that fails is reported and recorded without an error of this resource, so that the releases
   * beside it get their verdicts, too. Whatever depends on it must then look at `release.verdict`, and the
   * program must end the run with `requireReady`.
   * @default false
   */
  readonly failsLate?: pulumi.Input<boolean>;
}

/**
 * Waits until a release is proved to be healthy: the Deployment's rollout is complete, every ready pod runs the
 * released digest, the Service routes to each of them, and the Ingress has its address. It makes
 * nothing in the cluster, and changes nothing but the pod template of a release that failed. Whatever is to come after a healthy release depends on it.
 *
 * A release that fails fails the `up` with what the pods wait for, their last log lines, the Warning events and the
 * command to run next. The failure stays in the stack's state, so that the next `up` judges again; `pulumi refresh`
 * judges again too, and reports a release that broke later as a changed `release`.
 *
 * Where an earlier release was ready, the Deployment gets the pod template of that one back, and the `up` fails once it
 * is ready again: see docs/rollback.md.
 *
 * `customTimeouts` limits the whole wait like `timeoutSeconds`, and once more that for a rollback; the shorter one counts.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#complete-deployment
 */
export class Readiness extends pulumi.CustomResource {
  /** The release's record, once it is ready; unknown in a preview that changes the release. */
  declare readonly release: pulumi.Output<ReleaseRecord>;
  /** The last 20 releases of the service, newest first; unknown in a preview that changes the release. */
  declare readonly history: pulumi.Output<readonly HistoryEntry[]>;

  constructor(
    name: string,
    args: ReadinessArgs,
    opts: pulumi.CustomResourceOptions & { readonly provider: SlipwayProvider },
  ) {
    super(RESOURCES.Readiness, name, { release: undefined, history: undefined, ...args }, opts);
  }
}
