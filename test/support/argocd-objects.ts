import type { Application, ApplicationSource } from "../../provider/hand-off/application.ts";
import type { Asked } from "../../provider/hand-off/assessment.ts";
import type { Standing } from "../../provider/hand-off/lineage.ts";

/** A commit that was handed off. */
export const OURS = "a".repeat(40);
/** The one before it. */
export const EARLIER = "b".repeat(40);
/** A later one with the same files. */
export const LATER = "c".repeat(40);
/** A later one with other files. */
export const THEIRS = "d".repeat(40);

const STANDINGS: Readonly<Record<string, Standing>> = {
  [OURS]: { kind: "ours" },
  [LATER]: { kind: "ours" },
  [EARLIER]: { kind: "earlier" },
  [THEIRS]: { kind: "foreign", words: "commit dddddddddddd of Jane changed shop-prod: Scale" },
};

/** When it was handed off. */
const WRITTEN_AT = "2026-11-30T07:00:00Z";

/** What is asked of a controller, of a commit. */
export const askedOf = (more: Partial<Asked> = {}): Asked => ({
  to: { git: "ssh://git@git.example.com/team/deploy.git", branch: "main", path: "shop-prod" },
  workloads: [
    { key: "shop", apiVersion: "apps/v1", kind: "Deployment", name: "shop", namespace: "shop" },
  ],
  revision: OURS,
  isFirst: false,
  defaultBranch: "main",
  writtenAt: Date.parse(WRITTEN_AT),
  isRefreshed: true,
  standing: (revision) => STANDINGS[revision] ?? { kind: "unknown" },
  ...more,
});

/** The source of an Application that follows what is handed off; Argo CD reads it over HTTPS. */
export const SOURCE: ApplicationSource = {
  repoURL: "https://git.example.com/team/deploy",
  path: "./shop-prod/",
  targetRevision: "main",
};

type Status = NonNullable<Application["status"]>;
type Spec = NonNullable<Application["spec"]>;

const RESOURCES = [
  {
    group: "apps",
    version: "v1",
    kind: "Deployment",
    namespace: "shop",
    name: "shop",
    status: "Synced",
  },
  { version: "v1", kind: "Service", namespace: "shop", name: "shop", status: "Synced" },
];

/** An Application as Argo CD 3.2 reports it, with automated sync; what differs is merged in. */
export function applicationWith(status: Status = {}, spec: Spec = {}): Application {
  const merged: Spec = {
    source: SOURCE,
    destination: { server: "https://kubernetes.default.svc", namespace: "shop" },
    syncPolicy: { automated: { prune: true, selfHeal: true } },
    ...spec,
  };
  const { source, sources } = merged;
  return {
    metadata: {},
    spec: merged,
    status: {
      health: { status: "Healthy" },
      reconciledAt: "2026-11-30T07:00:10Z",
      resources: RESOURCES,
      ...status,
      sync: {
        status: "Synced",
        revision: EARLIER,
        comparedTo: { ...(source && { source }), ...(sources && { sources }) },
        ...status.sync,
      },
    },
  };
}

/** An operation as Argo CD 3.2 reports it. */
export function operationOf(
  phase: string,
  revision: string | undefined,
  more: Status["operationState"] = {},
): NonNullable<Status["operationState"]> {
  const isOver = phase !== "Running";
  return {
    phase,
    message: isOver ? "successfully synced (all tasks run)" : "waiting for completion",
    startedAt: "2026-11-30T07:00:05Z",
    ...(isOver && { finishedAt: "2026-11-30T07:00:08Z" }),
    operation: { sync: { ...(revision !== undefined && { revision }) } },
    syncResult: { revision: revision ?? "", source: SOURCE },
    ...more,
  };
}
