/**
 * What the program and Slipway's provider say to each other over the engine's wire.
 * Types only: the two run in different processes.
 */
import type { Right } from "./rights";

/** The exact Deployment that a release is judged by; an older or re-created one is never judged. */
export interface DeploymentIdentity {
  readonly name: string;
  readonly uid: string;
  /** `metadata.generation` that the release's manifest got; the verdict waits for at least this one. */
  readonly generation: number;
}

/** Configuration of Slipway's provider: which cluster it watches. */
export interface ProviderConfig {
  /** Absolute path of the kubeconfig file. */
  readonly kubeconfig: string;
  /** Context in that file. */
  readonly context: string;
}

/** What a release is given time for before it has failed. */
export interface Tolerances {
  /**
   * How often each container may end and be started again.
   * @default 1
   */
  readonly restarts?: number;
  /**
   * Seconds for which a pod may find no node.
   * @default 30
   */
  readonly unschedulableSeconds?: number;
  /**
   * Seconds for which a node may not get through to the registry.
   * @default 60
   */
  readonly registrySeconds?: number;
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

/** What is kept of the release that a new one took the place of. */
export interface PreviousRelease {
  readonly commit: string | null;
  readonly image: string;
  readonly digest: string;
  readonly manifestHash: string;
}

/** A release that was ready once. */
export interface ProvedRelease extends PreviousRelease {
  /** The ReplicaSet that has its pod template, and that a rollback takes it from. */
  readonly replicaSet: string;
}

/** What a rollback put in the place of a release that failed: the last one that was ready. */
export interface RunningRelease extends ProvedRelease {
  /** Whether it was ready again. */
  readonly verdict: "ready" | "failed";
  /** Reason code, null when ready. */
  readonly reason: string | null;
  readonly pods: readonly { readonly name: string; readonly imageID: string }[];
}

/** A pod of a release, and when it took the steps to ready: ISO 8601, by the cluster's clock; null where nobody said. */
export interface ReleasedPod {
  readonly name: string;
  readonly imageID: string;
  /** The node that it runs on. */
  readonly node: string | null;
  readonly createdAt: string | null;
  readonly scheduledAt: string | null;
  /** When the node had the image: told by an event, which the cluster keeps for an hour. */
  readonly pulledAt: string | null;
  /** When its container was started. */
  readonly startedAt: string | null;
  readonly readyAt: string | null;
}

/** A container that keeps a release from being ready, as the kubelet tells of it. */
export interface ContainerEvidence {
  readonly pod: string;
  /** Null for a pod that has no node, and so no containers. */
  readonly container: string | null;
  readonly state: "unscheduled" | "waiting" | "running" | "terminated";
  /** Why it is in that state, e.g. `CrashLoopBackOff`. */
  readonly reason: string | null;
  readonly message: string | null;
  /** Since when it runs, ISO 8601; null where it does not. */
  readonly startedAt: string | null;
  readonly restarts: number;
  /** Exit code with which it ended last, null where it has not ended. */
  readonly exitCode: number | null;
  /** Why it ended last, e.g. `OOMKilled`. */
  readonly exitReason: string | null;
  readonly exitMessage: string | null;
  /** The last lines of its log, or why there are none; empty for a service with `logs: false`. */
  readonly log: readonly string[];
  /** Whether the log is of the container before its last restart. */
  readonly previous: boolean;
}

/** Warning events that say the same. */
export interface EventEvidence {
  /** Kind and name of what it is about, e.g. `pod shop-6d4cf56db6-x2x9k`. */
  readonly object: string;
  readonly reason: string;
  readonly message: string;
  /** How often it was said. */
  readonly count: number;
}

/** What was found of a release that failed: what the report in words is written from. What looks like a secret is masked. */
export interface Evidence {
  /** Kind and name of the object that the verdict is about. */
  readonly object: string;
  /** The container that it is about, null where it is about no single one. */
  readonly container: string | null;
  readonly message: string;
  /** Whatever else is known, a line each. */
  readonly notes: readonly string[];
  /** Of up to three pods, those in the deepest trouble. */
  readonly containers: readonly ContainerEvidence[];
  /** How many more pods are not ready. */
  readonly otherPods: number;
  readonly events: readonly EventEvidence[];
  /** The command to run next. */
  readonly command: string;
  /** What was left out to keep this small, e.g. `12 log lines, 3 events`; null where nothing was. */
  readonly cut: string | null;
}

/** One release: the record in the stack's outputs. See docs/outputs.md. */
export interface ReleaseRecord {
  readonly version: 1;
  readonly commit: string | null;
  readonly dirty: boolean;
  readonly image: string;
  readonly digest: string;
  readonly manifestHash: string;
  readonly namespace: string;
  readonly verdict: "ready" | "failed";
  /** Reason code, null when ready. */
  readonly reason: string | null;
  readonly generation: number;
  readonly replicaSet: string | null;
  readonly pods: readonly ReleasedPod[];
  /** When the wait began, ISO 8601. */
  readonly startedAt: string;
  /** From the start of the wait to the verdict. */
  readonly seconds: number;
  /** The last release that was ready, null for the first one. */
  readonly previous: PreviousRelease | null;
  /** What runs in its place since it failed, null where it is itself what runs. */
  readonly running: RunningRelease | null;
  /**
   * What was found, at most 8 KiB of JSON. Null when ready, and where the run that judged it was killed: then the
   * cluster has kept no more than the reason.
   */
  readonly evidence: Evidence | null;
}

/** One release among those of a service: what its record said of it. */
export type HistoryEntry = Pick<
  ReleaseRecord,
  | "commit"
  | "dirty"
  | "image"
  | "digest"
  | "manifestHash"
  | "verdict"
  | "reason"
  | "startedAt"
  | "seconds"
>;

/** Outputs of `slipway:index:Readiness`: its inputs, the record, and what a rollback goes back to. */
export interface ReadinessOutputs extends ReadinessInputs {
  readonly release: ReleaseRecord;
  /** The last release that was ready, which may be this one; null where none was. */
  readonly lastReady: ProvedRelease | null;
  /** The last 20 releases, this one included, newest first; one with the same digest and manifest hash is there once. */
  readonly history: readonly HistoryEntry[];
}

/** Which Secrets a sealed value may become: this one, any of its namespace, or any at all. */
export type SealingScope = "strict" | "namespace-wide" | "cluster-wide";

/** Service of the Sealed Secrets controller. */
export interface SealingController {
  readonly namespace: string;
  readonly name: string;
}

/** Inputs of `slipway:index:SealedValues` as the program gives them; `values` goes no further than `check`. */
export interface SealedValuesInputs {
  readonly namespace: string;
  /** Name of the SealedSecret and its Secret. */
  readonly name: string;
  readonly scope: SealingScope;
  readonly controller: SealingController;
  /** Certificate to seal with, as PEM text, where the controller is not to be asked for its own. */
  readonly certificate?: string;
  /** By key of the Secret. */
  readonly values: Readonly<Record<string, string>>;
  /**
   * Keys whose values are base64 of what is sealed, because that is no text.
   * @default []
   */
  readonly base64?: readonly string[];
}

/** Outputs of `slipway:index:SealedValues`. */
export interface SealedValuesOutputs {
  /** Values of `spec.encryptedData`. */
  readonly encryptedData: Readonly<Record<string, string>>;
  /** Tells of each value, with {@link digestKey}, whether it is another one. */
  readonly digests: Readonly<Record<string, string>>;
  /** The same for all values together. */
  readonly digest: string;
  /** Secret. */
  readonly digestKey: string;
}

/** Inputs of `slipway:index:SecretReadiness`. */
export interface SecretReadinessInputs {
  readonly namespace: string;
  /** Name of the SealedSecret and of the Secret that it becomes. */
  readonly name: string;
  /** `sha256:<64 hex>` over the SealedSecret: another one is awaited again. */
  readonly manifestHash: string;
  /** By key of the Secret: see `SealedValuesOutputs`. */
  readonly digests: Readonly<Record<string, string>>;
  /** Secret. */
  readonly digestKey: string;
  readonly controller: SealingController;
}

/** Inputs of `slipway:index:ExternalSecretReadiness`. */
export interface ExternalSecretReadinessInputs {
  readonly namespace: string;
  /** Name of the ExternalSecret and of the Secret that it becomes. */
  readonly name: string;
  /** `sha256:<64 hex>` over the ExternalSecret: another one is awaited again. */
  readonly manifestHash: string;
}

/** What the API server must allow an identity, and what it must not. */
export interface IdentityAccess {
  /** User name, e.g. `system:serviceaccount:jenkins-deploy:deployer`. */
  readonly user: string;
  /**
   * Groups of the user, beside `system:authenticated`.
   * @default - those of a service account, where the user is one
   */
  readonly groups?: readonly string[];
  readonly needed: readonly Right[];
  readonly forbidden: readonly Right[];
}

/** Inputs of `slipway:index:AccessProof`. */
export interface AccessProofInputs {
  readonly identities: readonly IdentityAccess[];
  /** `sha256:<64 hex>` over the roles and bindings that give the rights: other ones are proved again. */
  readonly manifestHash?: string;
}

/** Inputs of `slipway:index:LaneGuard`. */
export interface LaneGuardInputs {
  /** Of the services. */
  readonly namespace: string;
  /** What the lanes ask of the cluster: lines about each object, by its kind and name. */
  readonly lanes: Readonly<Record<string, readonly string[]>>;
}

/** A right that is not as it should be. */
export interface AccessFault {
  readonly user: string;
  readonly right: Right;
  readonly wanted: "allowed" | "denied";
  /**
   * Why it is not so, e.g. which binding of which role gives it.
   * @default - the API server does not say
   */
  readonly reason?: string;
}

/** Outputs of `slipway:index:AccessProof`. */
export interface AccessProofOutputs {
  readonly proved: boolean;
  /** Rights that were found allowed, as they should be. */
  readonly allowed: number;
  /** Acts that were found denied, as they should be. */
  readonly denied: number;
  /** Everything else. */
  readonly faults: readonly AccessFault[];
  /** When the API server was asked last, ISO 8601. */
  readonly provedAt: string;
}

/** Login of one image registry. */
export interface RegistryLogin {
  /** Host of the registry, with its port where it needs one. */
  readonly server: string;
  readonly username: string;
  /** Secret. */
  readonly password: string;
}

/** Arguments of the function `slipway:index:imageDigests`. */
export interface ImageDigestsArgs {
  /** `repository@sha256:<64 hex>` or `repository:tag`. */
  readonly references: readonly string[];
  /** @default - the logins of the machine */
  readonly login?: RegistryLogin;
}

/** What a registry said of an image: `digest` where it has it, `fault` where it did not answer. */
export interface FoundImage {
  readonly reference: string;
  readonly digest?: string;
  readonly fault?: string;
}

/** Inputs of `slipway:index:ImageCopy`. */
export interface ImageCopyInputs {
  /** `repository@sha256:<64 hex>`. */
  readonly from: string;
  /** The repository that gets it. */
  readonly to: string;
  /** @default - the logins of the machine */
  readonly login?: RegistryLogin;
}

/** Outputs of `slipway:index:ImageCopy`. */
export interface ImageCopyOutputs extends ImageCopyInputs {
  /** The copy: `repository@sha256:<64 hex>`, with the digest of the image that it was made from. */
  readonly image: string;
}

/** A condition of an object: met where its `status.conditions` have one of this type and status. */
export interface ConditionRule {
  readonly type: string;
  /** @default "True" */
  readonly status?: "True" | "False" | "Unknown";
  /** @default - any */
  readonly reason?: string;
}

/** What a JSONPath finds in an object: met where it finds the value. */
export interface PathRule {
  /** By RFC 9535, `$.status.phase`, or in kubectl's form, `{.status.phase}`. */
  readonly path: string;
  /** @default - anything that is there */
  readonly value?: string | number | boolean;
}

/** Something that an object shows. */
export type ObjectRule = ConditionRule | PathRule;

/** What tells of an object of a kind that Slipway does not know whether it is ready. */
export interface ObjectRules {
  /** @default - the condition `Ready` */
  readonly ready?: ObjectRule;
  /** @default - the condition `Stalled` */
  readonly failed?: ObjectRule;
  /**
   * Seconds for which `failed` must last: many controllers say that something failed, and try again.
   * @default 0
   */
  readonly failedSeconds?: number;
  /**
   * JSONPath of the generation that the controller has seen last: a number, or a text that begins with it.
   * @default "$.status.observedGeneration" where the object has it
   */
  readonly observedGeneration?: string;
}

/** Inputs of `slipway:index:ObjectReadiness`. */
export interface ObjectReadinessInputs {
  readonly apiVersion: string;
  readonly kind: string;
  /** Absent for an object outside of namespaces. */
  readonly namespace?: string;
  readonly name: string;
  /** The object as it was applied: another one of its name is never judged. */
  readonly uid: string;
  /** `metadata.generation` that the object got; the verdict waits for at least this one. Absent where the kind has none. */
  readonly generation?: number;
  /** Seconds from the start of the wait to its end, whatever happens. */
  readonly deadlineSeconds: number;
  /** @default - those of the kind; for a kind that Slipway does not know, the conditions `Ready` and `Stalled` */
  readonly rules?: ObjectRules;
  /** @default 60 */
  readonly warmupSeconds?: number;
  /** What the object's pods are given time for. */
  readonly tolerate?: Tolerances;
  /** @default true */
  readonly logs?: boolean;
}

/** The verdict on an object of any kind. */
export interface ObjectRecord {
  readonly version: 1;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly uid: string;
  readonly verdict: "ready" | "failed";
  /** Reason code, null when ready. */
  readonly reason: string | null;
  /** What was found, in one line. */
  readonly message: string;
  /** What was found, as values; null when ready. */
  readonly evidence: Evidence | null;
  /** When the wait began, ISO 8601. */
  readonly startedAt: string;
  /** From the start of the wait to the verdict. */
  readonly seconds: number;
}

/** Outputs of `slipway:index:ObjectReadiness`: its inputs and the verdict. */
export interface ObjectReadinessOutputs extends ObjectReadinessInputs {
  readonly record: ObjectRecord;
}
