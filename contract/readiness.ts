import type { HistoryEntry, ProvedRelease, ReleaseRecord } from "./release-record";
import type { Tolerances } from "./tolerances";

/** The exact Deployment that a release is judged by; an older or re-created one is never judged. */
export interface DeploymentIdentity {
  readonly name: string;
  readonly uid: string;
  /** `metadata.generation` that the release's manifest got; the verdict waits for at least this one. */
  readonly generation: number;
}

/** Inputs of `slipway:index:Readiness`. */
export interface ReadinessInputs {
  /** Name of the service, as in the settings. */
  readonly service: string;
  readonly namespace: string;
  readonly deployment: DeploymentIdentity;
  /** What every ready pod must run: `repository@sha256:<64 hex>`. */
  readonly image: string;
  /** Name of the Kubernetes Service that must route to the pods. */
  readonly serviceName: string;
  /** The Ingress, where the service has one. */
  readonly ingress?: { readonly name: string; readonly awaitAddress: boolean };
  /** `sha256:<64 hex>` over the release's manifests. */
  readonly manifestHash: string;
  /** Commit of the source, absent where the source is not in git. */
  readonly commit?: string;
  /** Whether the source had changes that are not in the commit. */
  readonly dirty: boolean;
  /** Seconds without progress after which the rollout has failed (the Deployment's progress deadline). */
  readonly deadlineSeconds: number;
  /**
   * Seconds that the whole wait for the verdict may take, whatever progress there is; a rollback may take them once more.
   * @default - 600, or five times `deadlineSeconds` where that is more
   */
  readonly timeoutSeconds?: number;
  /**
   * Seconds for which a service that has started may answer its readiness probe with "not yet".
   * @default 60
   */
  readonly warmupSeconds?: number;
  /** What a release is given time for. */
  readonly tolerate?: Tolerances;
  /**
   * Whether the last lines of its containers' logs are part of a failed release's report.
   * @default true
   */
  readonly logs?: boolean;
  /**
   * Whether a release that fails makes way for the last one that was ready.
   * @default true
   */
  readonly rollback?: boolean;
  /**
   * Whether a failed verdict is told and recorded, but no error of the resource itself: the engine starts nothing more
   * after an error, and the releases beside it would have no verdict. The program then ends the run with the failure.
   * @default false
   */
  readonly failsLate?: boolean;
}

/** Outputs of `slipway:index:Readiness`: its inputs, the record, and what a rollback goes back to. */
export interface ReadinessOutputs extends ReadinessInputs {
  readonly release: ReleaseRecord;
  /** The last release that was ready, which may be this one; null where none was. */
  readonly lastReady: ProvedRelease | null;
  /** The last 20 releases, this one included, newest first; one with the same digest and manifest hash is there once. */
  readonly history: readonly HistoryEntry[];
}
