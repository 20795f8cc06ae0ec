import type { Evidence } from "./evidence.ts";
import type { GroupFailure } from "./group.ts";
import type { HandedRevision } from "./handed-over.ts";
import type { MigrationRecord } from "./migration-record.ts";
import type { PassedGate } from "./passed-gate.ts";
import type { OfKind, WorkloadKind } from "./workload-kind.ts";

/** The version of the record's form. See docs/outputs.md. */
export const RECORD_VERSION = 1;

/** Why a record's form is unknown to this code; undefined if it is known. */
export function versionFault(service: string, version: unknown): string | undefined {
  return version === RECORD_VERSION
    ? undefined
    : `releases.${service}.version must be ${RECORD_VERSION}, got ${version === undefined ? "nothing" : JSON.stringify(version)}`;
}

/** How many pods a record lists: it is in the state and in the outputs, which every run reads and writes. */
export const LISTED_PODS = 100;

/** What is kept of the release that a new one replaced. */
export interface PreviousRelease {
  readonly commit: string | null;
  readonly image: string;
  readonly digest: string;
  readonly manifestHash: string;
}

/** A release that was ready once. */
export interface ProvedRelease extends PreviousRelease, OfKind {
  /** The ReplicaSet that has its pod template, and that a rollback takes it from; a ControllerRevision of other kinds. */
  readonly replicaSet: string;
  /**
   * Name of the Job that had migrated its database last when it was judged; null if none had.
   * @default - the service had no migrations
   */
  readonly migratedBy?: string | null;
}

/** What a rollback restored instead of a failed release: the last one that was ready. */
export interface RunningRelease extends ProvedRelease {
  /** Whether it was ready again. */
  readonly verdict: "ready" | "failed";
  /** Reason code, null when ready. */
  readonly reason: string | null;
  /** At most {@link LISTED_PODS} of them. */
  readonly pods: readonly { readonly name: string; readonly imageID: string }[];
}

/** A pod of a release, and when it took the steps to ready: ISO 8601, by the cluster's clock; null if it is unknown. */
export interface ReleasedPod {
  readonly name: string;
  readonly imageID: string;
  /** The node that it runs on. */
  readonly node: string | null;
  readonly createdAt: string | null;
  readonly scheduledAt: string | null;
  /** When the node had the image: from an event, which the cluster keeps for an hour. */
  readonly pulledAt: string | null;
  /** When its container was started. */
  readonly startedAt: string | null;
  readonly readyAt: string | null;
}

/** The set of a group that a release is a part of. */
export interface ReleaseSet {
  /** Name of the group. */
  readonly name: string;
  /** The id of what its members were asked for together: 12 hex digits. */
  readonly set: string;
}

/** The group of a release, and how it ended. */
export interface ReleasedGroup extends ReleaseSet {
  /** In the order of their delivery. */
  readonly members: readonly string[];
  readonly verdict: "ready" | "failed";
  /** Which member has failed, and why; null when ready. */
  readonly failed: GroupFailure | null;
}

/** One release among those of a service: what its record said of it. */
export interface HistoryEntry extends PreviousRelease {
  readonly dirty: boolean;
  readonly verdict: "ready" | "failed";
  /** Reason code, null when ready. */
  readonly reason: string | null;
  /** When the wait began, ISO 8601. */
  readonly startedAt: string;
  /** From the start of the wait to the verdict. */
  readonly seconds: number;
  /**
   * The set of its group that it is a part of.
   * @default - the service is in no group
   */
  readonly group?: ReleaseSet;
  /**
   * Name of the Job that had migrated its database last when it was judged; null if none had.
   * @default - the service has no migrations
   */
  readonly migratedBy?: string | null;
  /**
   * The revision of desired state that it was handed off with.
   * @default - the stack applied it itself
   */
  readonly handOff?: HandedRevision;
}

/** One release: the record in the stack's outputs. See docs/outputs.md. */
export interface ReleaseRecord extends HistoryEntry {
  readonly version: typeof RECORD_VERSION;
  readonly namespace: string;
  /**
   * What delivers it in the place of a Deployment.
   * @default - a Deployment
   */
  readonly kind?: WorkloadKind;
  readonly generation: number;
  readonly replicaSet: string | null;
  /** By name; of more than {@link LISTED_PODS}, those that became ready last. */
  readonly pods: readonly ReleasedPod[];
  /**
   * How many pods it has beside those that are listed.
   * @default - none
   */
  readonly otherPods?: number;
  /** The last release that was ready, null for the first one. */
  readonly previous: PreviousRelease | null;
  /** What is to be said of it though it is ready, a line each; empty if it failed. At most ten, of up to 500 characters. */
  readonly warnings: readonly string[];
  /**
   * What its pods may do beside what every service's may: words of the setting `allow`.
   * @default - nothing
   */
  readonly allow?: readonly string[];
  /**
   * Names of the fields that the settings patch, at most 50.
   * @default - none
   */
  readonly patched?: readonly string[];
  /**
   * The gates that its image had passed when the stack took it.
   * @default - the stack asks for none, or did not promote it
   */
  readonly gates?: readonly PassedGate[];
  /**
   * The Pod Security level that its namespace enforces; `none` for one that others have created without any.
   * @default - restricted, in a namespace that the stack has created
   */
  readonly podSecurity?: string;
  /**
   * What of the policy is waived for it: rule, object, last day and reason, a line each.
   * @default - nothing
   */
  readonly waived?: readonly string[];
  /**
   * The group of the service, and how that ended.
   * @default - it is in no group
   */
  readonly group?: ReleasedGroup;
  /**
   * What migrated its database before its pods.
   * @default - the service has no migrations
   */
  readonly migration?: MigrationRecord;
  /** What runs instead since it failed, null if it runs itself. */
  readonly running: RunningRelease | null;
  /**
   * What was found, at most 8 KiB of JSON. Null when ready, and if the run that judged it was killed: then the
   * cluster has kept no more than the reason.
   */
  readonly evidence: Evidence | null;
}
