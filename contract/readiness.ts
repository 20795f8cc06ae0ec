import { z } from "zod";

import { count, flag, name, type Of, pinned, text, verdictShape, word } from "./field.ts";
import { groupInputs } from "./group.ts";
import type { HandedOver } from "./handed-over.ts";
import { watchedRelease } from "./monitoring.ts";
import type { MigrationResult } from "./migration.ts";
import type { HistoryEntry, ProvedRelease, ReleaseRecord } from "./release-record.ts";
import { settleBound, type VerdictSettings } from "./verdict.ts";
import { OTHER_KINDS, PROOFS } from "./workload-kind.ts";

const deployment = {
  name,
  uid: text(/./, "the Deployment's metadata.uid"),
  /** `metadata.generation` that the release's manifest got; the verdict waits for at least this one. */
  generation: count,
  /**
   * What delivers the service in the place of a Deployment.
   * @default - a Deployment
   */
  kind: z.enum(OTHER_KINDS, `must be ${OTHER_KINDS.join(", ")}`).exactOptional(),
};

/** The exact Deployment, or object of another kind, that a release is judged by; an older or re-created one is never judged. */
export type DeploymentIdentity = Of<typeof deployment>;

const deploymentIdentity: z.ZodType<DeploymentIdentity> = z.strictObject(deployment).readonly();

const ingress = { name, awaitAddress: flag };

const shape = {
  /** Name of the service, as in the settings. */
  service: text(/./, "the service's name, as in the settings"),
  /** Namespace of the Deployment, the Service and the Ingress. */
  namespace: name,
  /** The Deployment, or what is in its place, as it was applied: by name, uid and generation. */
  deployment: deploymentIdentity,
  /** What every ready pod must run: `repository@sha256:<64 hex>`. */
  image: pinned,
  /**
   * Name of the Kubernetes Service that must route to every ready pod.
   * @default - the service takes no connections: its pods alone are judged
   */
  serviceName: name.exactOptional(),
  /**
   * Whether an address of the Service's load balancer is waited for.
   * @default false
   */
  loadBalancer: flag.exactOptional(),
  /**
   * The Ingress, and whether an address of it is waited for. Some classes publish none, e.g. on bare metal.
   * @default - the service has no Ingress
   */
  ingress: z.strictObject(ingress).readonly().exactOptional(),
  /**
   * Further Ingresses.
   * @default - none
   */
  otherIngresses: z.array(z.strictObject(ingress).readonly()).readonly().exactOptional(),
  /**
   * Names of the HTTPRoutes that their Gateways must accept.
   * @default - none
   */
  routes: z.array(name).readonly().exactOptional(),
  /**
   * What has become of its migration. With a halt nothing of the release is applied, and it is not waited for.
   * @default - the service has no migrations
   */
  migrated: z
    .custom<MigrationResult>((value) => typeof value === "object" && value !== null)
    .exactOptional(),
  /** `sha256:<64 hex>` over the release's manifests. */
  manifestHash: text(/^sha256:[0-9a-f]{64}$/, "sha256:<64 hex digits>"),
  /**
   * Commit of the source.
   * @default - the source is not in git
   */
  commit: text(/./, "the commit's hash").exactOptional(),
  /** Whether the source had changes that are not in the commit. */
  dirty: flag,
  /**
   * What the pods may do beside what every service's may: words of the setting `allow`.
   * @default []
   */
  allow: z.array(word).readonly().exactOptional(),
  /**
   * Names of the fields that the settings patch, no values.
   * @default []
   */
  patched: z.array(word).readonly().exactOptional(),
  /**
   * The Pod Security level that the namespace enforces; `none` for one that others have created without any.
   * @default restricted
   */
  podSecurity: word.exactOptional(),
  /**
   * What of the policy is waived for it: rule, object, last day and reason, a line each.
   * @default []
   */
  waived: z.array(word).readonly().exactOptional(),
  /**
   * How a CronJob's release is proved: by a run of it, or by the API server's acceptance.
   * @default run
   */
  prove: z.enum(PROOFS, `must be ${PROOFS.join(" or ")}`).exactOptional(),
  /**
   * What Prometheus is asked about it.
   * @default - it is not asked
   */
  monitoring: watchedRelease.exactOptional(),
  /** Seconds without progress after which the rollout has failed: the Deployment's `progressDeadlineSeconds`. */
  deadlineSeconds: count,
  /**
   * Whether a release that fails is reported and recorded without an error of this resource: the engine starts nothing
   * more after an error, and the releases beside it would get no verdict. Whatever depends on it must then look at
   * `release.verdict`, and the program must end the run with `requireReady`.
   * @default false
   */
  failsLate: flag.exactOptional(),
  /**
   * The group that the service is a member of, with the verdict on it.
   * @default - it is delivered by itself
   */
  group: groupInputs.exactOptional(),
  /**
   * The revision that a controller applies it from.
   * @default - the stack applies it itself
   */
  handOff: z
    .custom<HandedOver>((value) => typeof value === "object" && value !== null)
    .exactOptional(),
};

/** Form of {@link ReadinessInputs}. */
export const readinessInputs = z
  .strictObject({ ...verdictShape, ...shape })
  .readonly()
  .superRefine((inputs, context) => {
    const bound = settleBound(inputs);
    if (bound !== undefined) {
      context.addIssue({ code: "custom", path: ["settleSeconds"], message: `must be ${bound}` });
    }
  });

/** Inputs of a `Readiness`. */
export type ReadinessInputs = Of<typeof shape> & Omit<VerdictSettings, "deadlineSeconds">;

/** Outputs of a `Readiness`: its inputs, the record, and what a rollback restores. */
export type ReadinessOutputs = ReadinessInputs & {
  readonly release: ReleaseRecord;
  /** The last release that was ready, which may be this one; null if none was. */
  readonly lastReady: ProvedRelease | null;
  /**
   * The pod template of `lastReady` as JSON, a secret, for a rollback after its ReplicaSet is gone.
   * @default - it is unknown or too long: then its ReplicaSet is the only one that has it
   */
  readonly lastReadyTemplate?: string;
  /** The last 20 releases, this one included, newest first; one with the same digest and manifest hash is listed once. */
  readonly history: readonly HistoryEntry[];
};
