// Judges states and objects made up here: what the engine and an API server make of them is for test/e2e/recover.test.ts.
import type { KubernetesObject } from "@kubernetes/client-node";

import {
  type EngineState,
  type StateResource,
  withFieldManagers,
  withoutPendingCreates,
} from "../../cli/recover/engine-state.ts";
import { type Outcome, outcomeOf, outcomeOfOther, ownerOf } from "../../cli/recover/outcome.ts";
import { importList } from "../../cli/recover/import-list.ts";
import { type PendingCreate, pendingCreates } from "../../cli/recover/pending-create.ts";
import { holderOf, lockWords } from "../../cli/recover/state-lock.ts";
import { COMPONENTS, RESOURCES } from "../../contract/tokens.ts";

const PREFIX = "urn:pulumi:dev::slipway::";
const ROOT = `${PREFIX}pulumi:pulumi:Stack::slipway-dev`;
const WORKLOAD = `${PREFIX}slipway:index:Release$slipway:index:Workload::shop`;
const CLUSTER = `${PREFIX}pulumi:providers:kubernetes::cluster`;
const NAMESPACE = `${PREFIX}kubernetes:core/v1:Namespace::shop-dev`;
const DEPLOYMENT = `${WORKLOAD.replace("::shop", "")}$kubernetes:apps/v1:Deployment::shop`;
const RUN_BEGAN = "2026-11-21T10:14:00.000Z";

const labels = {
  "app.kubernetes.io/name": "shop",
  "app.kubernetes.io/part-of": "shop-dev",
  "app.kubernetes.io/managed-by": "slipway",
};
const deployment: StateResource = {
  urn: DEPLOYMENT,
  type: "kubernetes:apps/v1:Deployment",
  inputs: {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "shop", namespace: "shop-dev", labels },
    spec: {},
  },
  parent: WORKLOAD,
  provider: `${CLUSTER}::0a1b`,
  dependencies: [NAMESPACE],
};
const resources: readonly StateResource[] = [
  { urn: ROOT, type: "pulumi:pulumi:Stack", created: "2026-11-20T09:00:00.000Z" },
  { urn: CLUSTER, type: "pulumi:providers:kubernetes", created: "2026-11-20T09:00:01.000Z" },
  { urn: WORKLOAD, type: COMPONENTS.Workload, created: RUN_BEGAN },
];
const creating = (resource: StateResource) => ({ type: "creating", resource });

/** A state in which this was begun and never ended. */
const stateWith = (
  pending: readonly StateResource[],
  more: readonly StateResource[] = [],
): EngineState => ({
  resources: [...resources, ...more],
  pending_operations: pending.map(creating),
});

function onlyOf(state: EngineState): PendingCreate {
  const [only, ...others] = pendingCreates(state);
  if (only === undefined || others.length > 0) {
    throw new Error("the state has not one");
  }
  return only;
}

/** The object as the killed run made it, but for what is given. */
const live = (metadata: object = {}) =>
  ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "shop",
      namespace: "shop-dev",
      labels: { ...labels, "added-by": "somebody" },
      creationTimestamp: "2026-11-21T10:14:03Z",
      managedFields: [
        { manager: "kube-controller-manager" },
        { manager: "pulumi-kubernetes-1f2e" },
      ],
      ...metadata,
    },
  }) as object as KubernetesObject;

function judged(found: KubernetesObject | undefined, more: readonly StateResource[] = []): Outcome {
  const state = stateWith([deployment], more);
  const pending = onlyOf(state);
  if (pending.object === undefined) {
    throw new Error("it is no object");
  }
  return outcomeOf(pending, pending.object, found, ownerOf(pending, state.resources ?? []));
}

describe("the creations that never ended", () => {
  test("are read of the pending operations: each once, with the object that was asked for, and nothing that was updated", () => {
    const updated = { ...creating({ ...deployment, urn: WORKLOAD }), type: "updating" };
    const state = stateWith([deployment, deployment]);
    const pending_operations = [...(state.pending_operations ?? []), updated];
    expect(onlyOf({ ...state, pending_operations })).toEqual({
      urn: DEPLOYMENT,
      type: "kubernetes:apps/v1:Deployment",
      name: "shop",
      parent: WORKLOAD,
      provider: CLUSTER,
      since: RUN_BEGAN,
      object: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "shop", namespace: "shop-dev", labels },
      },
    });
  });

  test("are not older than what they needed", () => {
    const namespace = {
      urn: NAMESPACE,
      type: "kubernetes:core/v1:Namespace",
      created: "2026-11-21T10:14:02.5Z",
    };
    expect(onlyOf(stateWith([deployment], [namespace])).since).toBe(namespace.created);
  });

  test("are none in the state of a stack that never ran", () => {
    expect(pendingCreates({})).toEqual([]);
  });

  test.each([RESOURCES.Readiness, "random:index/randomPassword:RandomPassword"])(
    "of %s leave nothing behind",
    (type) => {
      expect(outcomeOfOther(onlyOf(stateWith([{ urn: `${PREFIX}${type}::x`, type }])))).toEqual({
        found: "nothing",
      });
    },
  );

  test.each(["aws:s3/bucket:Bucket", "kubernetes:helm.sh/v3:Release"])(
    "of %s may have left something that nobody here can judge",
    (type) => {
      const pending = onlyOf(stateWith([{ urn: `${PREFIX}${type}::x`, type, inputs: {} }]));
      expect(pending.object).toBeUndefined();
      expect(outcomeOfOther(pending)).toMatchObject({ found: "blocked" });
    },
  );
});

describe("an object of that name", () => {
  test("that the killed run made may go to the stack", () => {
    expect(judged(live())).toEqual({
      found: "own",
      id: "shop-dev/shop",
      madeAt: "2026-11-21T10:14:03.000Z",
      manager: "pulumi-kubernetes-1f2e",
    });
  });

  test("that is not there is for the next run to make", () => {
    expect(judged(undefined)).toEqual({ found: "absent" });
  });

  test("that is within a minute of the run may be its own, for clocks differ", () => {
    expect(judged(live({ creationTimestamp: "2026-11-21T10:13:01Z" })).found).toBe("own");
  });

  test.each<[string, object, string]>([
    [
      "another service's",
      { labels: { ...labels, "app.kubernetes.io/name": "other" } },
      "it lacks the labels app.kubernetes.io/name=shop",
    ],
    [
      "without labels",
      { labels: undefined },
      "app.kubernetes.io/part-of=shop-dev, app.kubernetes.io/managed-by=slipway",
    ],
    [
      "applied by kubectl",
      { managedFields: [{ manager: "kubectl-client-side-apply" }] },
      "was written by kubectl-client-side-apply, not by pulumi-kubernetes",
    ],
    [
      "older than the run",
      { creationTimestamp: "2026-11-21T10:12:59Z" },
      "is of 2026-11-21T10:12:59.000Z, before that run",
    ],
    [
      "being deleted",
      { deletionTimestamp: "2026-11-21T10:20:00Z" },
      "is being deleted since 2026-11-21T10:20:00.000Z",
    ],
  ])("%s does not go to the stack", (_, metadata, why) => {
    const finding = judged(live(metadata));
    expect(finding).toMatchObject({ found: "blocked" });
    expect("why" in finding && finding.why).toContain(why);
  });

  test("without Slipway's mark does not go to the stack, though the program never asked for one", () => {
    const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x", labels: {} } };
    const finding = outcomeOf({ since: undefined }, object, live({ labels: {} }), undefined);
    expect(finding).toMatchObject({ found: "blocked" });
  });

  test("that the state has under another name is the stack's already", () => {
    const urn = `${PREFIX}kubernetes:apps/v1:Deployment::renamed`;
    const inputs = { ...deployment.inputs, apiVersion: "apps/v1beta2" };
    const owner = { ...deployment, urn, inputs, id: "shop-dev/shop" };
    expect(judged(live(), [owner])).toEqual({ found: "known" });
    expect(judged(live(), [{ ...owner, id: "other/shop" }]).found).toBe("own");
  });

  test.each(["delete", "pendingReplacement"])(
    "that the engine is replacing (%s) is not given to the stack, which would delete it",
    (mark) => {
      const owner = { ...deployment, id: "shop-dev/shop", [mark]: true };
      expect(judged(live(), [owner])).toMatchObject({ found: "blocked" });
    },
  );
});

test("the engine imports each object under its own name, parent and provider", () => {
  const pending = onlyOf(stateWith([deployment]));
  const root = { type: "kubernetes:core/v1:Namespace", name: "shop-dev", provider: CLUSTER };
  expect(
    importList([
      { pending, id: "shop-dev/shop" },
      { pending: { ...root, parent: undefined }, id: "shop-dev" },
    ]),
  ).toEqual({
    nameTable: { [WORKLOAD]: WORKLOAD, [CLUSTER]: CLUSTER },
    resources: [
      {
        type: "kubernetes:apps/v1:Deployment",
        name: "shop",
        id: "shop-dev/shop",
        parent: WORKLOAD,
        provider: CLUSTER,
      },
      { ...root, id: "shop-dev" },
    ],
  });
});

test("the state gets to know who wrote an object, and forgets the creations that never ended, and nothing else", () => {
  const updating = { ...creating(deployment), type: "updating" };
  const known = { ...deployment, outputs: { status: {}, __fieldManager: "made-up" } };
  const state = stateWith([deployment], [known]);
  const pending_operations = [...(state.pending_operations ?? []), updating];
  const settled = withoutPendingCreates(
    withFieldManagers({ ...state, pending_operations }, { [DEPLOYMENT]: "the-first" }),
  );
  const outputs = { status: {}, __fieldManager: "the-first" };
  expect(settled).toEqual({
    resources: [...resources, { ...deployment, outputs }],
    pending_operations: [updating],
  });
});

describe("a lock", () => {
  const lock = {
    pid: 10089,
    username: "jenkins",
    hostname: "agent-1",
    timestamp: "2026-11-21T10:09:12Z",
  };
  const runs = (pid: number) => pid === 10089;

  test("is held by a process of this machine, by none any more, or by one of another machine", () => {
    expect(holderOf(lock, "agent-1", runs)).toBe("runs");
    expect(holderOf({ ...lock, pid: 10090 }, "agent-1", runs)).toBe("gone");
    expect(holderOf(lock, "agent-2", runs)).toBe("elsewhere");
  });

  test("of this process is held", () => {
    expect(holderOf({ ...lock, pid: process.pid }, "agent-1")).toBe("runs");
  });

  test.each(["gone", "runs", "elsewhere"] as const)(
    "whose holder is %s is told with who holds it and the command that clears it",
    (holder) => {
      const words = lockWords("dev", lock, holder);
      expect(words).toContain("dev is locked by jenkins@agent-1 (pid 10089) since 2026-11-21T10:0");
      expect(words).toContain("pulumi cancel --yes --stack dev");
    },
  );
});
