// Proves what is said of a wait that goes on; that a killed run leaves it to go on is for the end-to-end stories.
import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { resumption } from "../../provider/readiness/resumption.ts";
import type { Deployment } from "../../provider/verdict/objects.ts";

const RELEASE: ReadinessInputs = {
  service: "shop",
  namespace: "shop-dev",
  deployment: { name: "shop", uid: "uid", generation: 4 },
  image: `registry.example.com/shop@sha256:${"a".repeat(64)}`,
  serviceName: "shop",
  manifestHash: `sha256:${"b".repeat(64)}`,
  dirty: false,
  deadlineSeconds: 120,
};
const RUN = Date.parse("2026-01-01T12:00:00Z");

const stored = (changes: Partial<ReleaseRecord>): ReleaseRecord => ({
  version: 1,
  commit: null,
  dirty: false,
  image: RELEASE.image,
  digest: `sha256:${"a".repeat(64)}`,
  manifestHash: RELEASE.manifestHash,
  namespace: "shop-dev",
  verdict: "failed",
  reason: "interrupted",
  generation: 4,
  replicaSet: null,
  pods: [],
  startedAt: "2026-01-01T11:50:00.000Z",
  seconds: 7,
  previous: null,
  warnings: [],
  running: null,
  evidence: null,
  ...changes,
});

const writes = (...entries: readonly (readonly [string, string, string?])[]): Deployment => ({
  metadata: {
    managedFields: entries.map(([manager, time, subresource]) => ({
      manager,
      time,
      ...(subresource !== undefined && { subresource }),
    })),
  },
});

const applied = writes(
  ["pulumi-kubernetes-0a1b2c3d", "2026-01-01T11:55:00Z"],
  ["kube-controller-manager", "2026-01-01T11:59:00Z", "status"],
);

test("a run that was told to stop has stored when", () => {
  expect(resumption(RELEASE, stored({}), undefined, RUN)).toBe(
    "shop: resumes the wait for sha256:aaaaaaaaaaaa that was interrupted at 2026-01-01T11:50:07.000Z",
  );
});

test.each([
  ["the first release", undefined],
  ["a later one", stored({ generation: 3, verdict: "ready", reason: null })],
])("a run that was killed has left %s as it applied it", (_case, record) => {
  expect(resumption(RELEASE, record, applied, RUN)).toBe(
    "shop: resumes the wait for sha256:aaaaaaaaaaaa, applied by an earlier run at 2026-01-01T11:55:00.000Z and interrupted before its verdict",
  );
});

test("the number that a controller writes on what it has seen is no other release", () => {
  const fieldsV1 = { "f:metadata": { "f:annotations": { "f:rollout.argoproj.io/revision": {} } } };
  const mark = { manager: "rollouts-controller", time: "2026-01-01T11:55:01Z", fieldsV1 };
  const managedFields = [...(applied.metadata?.managedFields ?? []), mark];
  expect(resumption(RELEASE, undefined, { metadata: { managedFields } }, RUN)).toMatch(
    /applied by an earlier run at 2026-01-01T11:55:00.000Z and interrupted before its verdict$/,
  );
});

test("a restart since is no other release", () => {
  const annotations = { "f:annotations": { "f:kubectl.kubernetes.io/restartedAt": {} } };
  const fieldsV1 = { "f:spec": { "f:template": { "f:metadata": annotations } } };
  const restart = { manager: "kubectl-rollout", time: "2026-01-01T11:58:00Z", fieldsV1 };
  const managedFields = [...(applied.metadata?.managedFields ?? []), restart];
  const live = { metadata: { managedFields } };
  expect(resumption(RELEASE, undefined, live, RUN)).toMatch(
    /applied by an earlier run at 2026-01-01T11:55:00.000Z and interrupted before its verdict$/,
  );
  const judged = { generation: 3, verdict: "ready", reason: null } as const;
  const later = stored({ ...judged, startedAt: "2026-01-01T11:55:00.400Z" });
  expect(resumption(RELEASE, later, live, RUN)).toBeUndefined();
});

test.each<[string, ReleaseRecord | undefined, Deployment | undefined]>([
  ["was applied in this run", undefined, writes(["pulumi-kubernetes", "2026-01-01T12:00:03Z"])],
  [
    "was applied as this run began",
    undefined,
    writes(["pulumi-kubernetes", "2026-01-01T11:59:58Z"]),
  ],
  ["has its verdict", stored({ reason: "crash-loop" }), applied],
  ["is ready, and of another commit", stored({ verdict: "ready", reason: null }), applied],
  [
    "was changed by hand since",
    stored({ generation: 3 }),
    writes(["pulumi-kubernetes", "2026-01-01T11:00:00Z"], ["kubectl-edit", "2026-01-01T11:30:00Z"]),
  ],
  ["cannot be looked at", undefined, undefined],
])("nothing is said of a rollout that %s", (_case, record, deployment) => {
  expect(resumption(RELEASE, record, deployment, RUN)).toBeUndefined();
});
