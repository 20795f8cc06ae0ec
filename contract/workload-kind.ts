/** Kinds that deliver a service in the place of a Deployment. */
export const OTHER_KINDS = ["StatefulSet", "DaemonSet", "CronJob", "Rollout"] as const;

/** How a CronJob's release is proved. */
export const PROOFS = ["run", "accepted"] as const;

/** What delivers a service. */
export type WorkloadKind = "Deployment" | (typeof OTHER_KINDS)[number];

/** An object of such a kind; without one it is a Deployment. */
export interface OfKind {
  readonly kind?: WorkloadKind;
}

/** The kind of what delivers a service. */
export function kindOf({ kind = "Deployment" }: OfKind): WorkloadKind {
  return kind;
}

/** A kind in a sentence, e.g. `statefulset`. */
export function nounOf(workload: OfKind): string {
  return kindOf(workload).toLowerCase();
}

/** The object as people write it, e.g. `statefulset db`. */
export function titleOf(workload: OfKind & { readonly name: string }): string {
  return `${nounOf(workload)} ${workload.name}`;
}

/** How a kind is served: as in RBAC rules. */
export function resourceOfKind(kind: WorkloadKind): ResourceOfKind {
  return { ...(SERVED[kind] ?? APPS), resource: `${kind.toLowerCase()}s` };
}

/** A kind as the API server serves it. */
export interface ResourceOfKind {
  readonly group: "apps" | "batch" | "argoproj.io";
  readonly version: "v1" | "v1alpha1";
  readonly resource: string;
}

const APPS = { group: "apps", version: "v1" } as const;

const SERVED: Readonly<Partial<Record<WorkloadKind, Omit<ResourceOfKind, "resource">>>> = {
  CronJob: { group: "batch", version: "v1" },
  Rollout: { group: "argoproj.io", version: "v1alpha1" },
};

/** The kind that keeps a service's pod templates: an object of it is one template. */
export function revisionKindOf(workload: OfKind): "ReplicaSet" | "ControllerRevision" | "Job" {
  switch (kindOf(workload)) {
    case "Deployment":
    case "Rollout":
      return "ReplicaSet";
    case "CronJob":
      return "Job";
    default:
      return "ControllerRevision";
  }
}

/** That kind in a sentence. */
export function revisionNounOf(workload: OfKind): string {
  return { ReplicaSet: "replica set", ControllerRevision: "revision", Job: "job" }[
    revisionKindOf(workload)
  ];
}

/** What delivers a service, by the type of its resource, in the order of their names. */
export const DELIVERING_TYPES: ReadonlyMap<string, WorkloadKind> = new Map(
  (["Rollout", "CronJob", "DaemonSet", "Deployment", "StatefulSet"] as const).map((kind) => [
    `kubernetes:${resourceOfKind(kind).group}/${resourceOfKind(kind).version}:${kind}`,
    kind,
  ]),
);
