// Applications as Argo CD 3.2 reports them, moment by moment; that it reports them so is for test/e2e/hand-off-argocd.test.ts.
import type { Application } from "../../provider/hand-off/application.ts";
import { revisionsOf } from "../../provider/hand-off/application-sight.ts";
import { assessApplication } from "../../provider/hand-off/argocd.ts";
import type { Asked, Assessment } from "../../provider/hand-off/assessment.ts";
import {
  applicationWith,
  askedOf,
  EARLIER,
  LATER,
  operationOf,
  OURS,
  SOURCE,
  THEIRS,
} from "../support/argocd-objects.ts";

/** What it comes to, in one line. */
function told(assessment: Assessment): string {
  switch (assessment.kind) {
    case "applied":
      return assessment.isSettled ? "applied" : "applied, not settled";
    case "waiting":
      return `waiting: ${assessment.text}`;
    case "failed":
      return `${assessment.reason} after ${assessment.lasting} s: ${assessment.message}`;
  }
}

const assessed = (app: Application | undefined, more: Partial<Asked> = {}) =>
  told(assessApplication(app, askedOf(more)));

const NO_AUTOMATION = { syncPolicy: {} };
const OUT_OF_SYNC = { status: "OutOfSync", revision: OURS };

/** An operation on some of the objects, as self-heal begins one. */
const partOf = (phase: string, more: Parameters<typeof operationOf>[2] = {}) =>
  operationOf(phase, OURS, {
    operation: { sync: { revision: OURS, resources: [{ kind: "Deployment", name: "shop" }] } },
    ...more,
  });
/** An operation that failed and is about to be tried again; what it says of objects that failed. */
const retriedOf = (
  message: string,
  objects: readonly string[] = [],
  applied: NonNullable<Parameters<typeof operationOf>[2]>["syncResult"] = {
    revision: OURS,
    source: SOURCE,
  },
) =>
  operationOf("Running", applied.revision, {
    message: `${message}. Retrying attempt #1 at 7:01AM.`,
    finishedAt: "2026-11-30T07:00:08Z",
    retryCount: 1,
    syncResult: {
      ...applied,
      resources: [
        { kind: "Service", name: "shop", status: "Synced", message: "service/shop configured" },
        ...objects.map((each) => ({ kind: "Deployment", name: "shop", ...failedWith(each) })),
      ],
    },
  });
const failedWith = (message: string) => ({ status: "SyncFailed", message });
const TASKS = "one or more synchronization tasks are not valid";
const DRY = "one or more objects failed to apply (dry run)";
const FAILED = "one or more objects failed to apply, reason";
const PROJECT = "resource rbac.authorization.k8s.io:Role is not permitted in project slipway";
const deployed = (revision: string, source = SOURCE) => ({ history: [{ revision, source }] });

describe("has applied it where", () => {
  test.each<[string, Application, string]>([
    [
      "its operation on this revision has succeeded, and it has looked again",
      applicationWith({ operationState: operationOf("Succeeded", OURS), sync: { revision: OURS } }),
      "applied",
    ],
    [
      "the operation was on a later revision of the same files",
      applicationWith({
        operationState: operationOf("Succeeded", LATER),
        sync: { revision: LATER },
      }),
      "applied",
    ],
    [
      "there was nothing to apply: it is synced at this revision without an operation",
      applicationWith({ sync: { revision: OURS } }),
      "applied",
    ],
    [
      "there was nothing to apply since an operation on an earlier revision",
      applicationWith({
        operationState: operationOf("Succeeded", EARLIER),
        sync: { revision: OURS },
      }),
      "applied",
    ],
    [
      "only objects that are too many are left, and it does not prune",
      applicationWith(
        {
          sync: OUT_OF_SYNC,
          resources: [
            {
              group: "apps",
              kind: "Deployment",
              namespace: "shop",
              name: "shop",
              status: "Synced",
            },
            {
              kind: "Service",
              namespace: "shop",
              name: "old",
              status: "OutOfSync",
              requiresPruning: true,
            },
          ],
        },
        { syncPolicy: { automated: { selfHeal: true } } },
      ),
      "applied",
    ],
    [
      "it waits only for an object to become healthy",
      applicationWith({
        operationState: operationOf("Running", OURS, {
          message: "waiting for healthy state of apps/Deployment/shop",
        }),
        sync: { revision: OURS },
      }),
      "applied",
    ],
    [
      "self-heal has mended a part of what it had applied as a whole",
      applicationWith({
        operationState: partOf("Succeeded"),
        sync: OUT_OF_SYNC,
        ...deployed(OURS),
      }),
      "applied, not settled",
    ],
    [
      "self-heal mends a part of what it had applied as a whole",
      applicationWith({ operationState: partOf("Running"), sync: OUT_OF_SYNC, ...deployed(OURS) }),
      "applied, not settled",
    ],
    [
      "it has not looked again since its operation",
      applicationWith({
        operationState: operationOf("Succeeded", OURS),
        sync: OUT_OF_SYNC,
        reconciledAt: "2026-11-30T07:00:01Z",
      }),
      "applied, not settled",
    ],
    [
      "a second source is what is handed off",
      applicationWith(
        {
          sync: { revisions: ["e".repeat(40), OURS] },
        },
        {
          source: undefined as never,
          sources: [
            { repoURL: "https://charts.example.com", chart: "redis", targetRevision: "1.0.0" },
            SOURCE,
          ],
        },
      ),
      "applied",
    ],
    [
      "a hydrator's branch is what is handed off",
      applicationWith(
        { sync: { revision: OURS } },
        {
          source: undefined as never,
          sourceHydrator: {
            drySource: { repoURL: SOURCE.repoURL ?? "", path: "dry", targetRevision: "HEAD" },
            syncSource: { targetBranch: "main", path: "shop-prod" },
          },
        },
      ),
      "applied",
    ],
  ])("%s", (_case, app, expected) => {
    expect(assessed(app)).toBe(expected);
  });
});

describe("waits where", () => {
  test.each<[string, Application, RegExp]>([
    [
      "it is at the revision before",
      applicationWith(),
      /^waiting: is at bbbbbbbbbbbb; it looked last at 2026/,
    ],
    [
      "its revision is a branch's name, as long as it does not know better",
      applicationWith({ sync: { status: "Unknown", revision: "main" } }),
      /^waiting: is at main;/,
    ],
    [
      "an operation on this revision runs",
      applicationWith({ operationState: operationOf("Running", OURS), sync: OUT_OF_SYNC }),
      /^waiting: applies aaaaaaaaaaaa: waiting for completion$/,
    ],
    [
      "an operation on an earlier revision does not end: until then nothing else begins",
      applicationWith({
        operationState: operationOf("Running", EARLIER, {
          message: "waiting for completion of hook",
        }),
      }),
      /^waiting: still applies bbbbbbbbbbbb: waiting for completion of hook$/,
    ],
    [
      "an operation that failed is tried again now",
      applicationWith({
        operationState: operationOf("Running", OURS, {
          message: "Retrying operation. Attempt #2",
          retryCount: 2,
        }),
        sync: OUT_OF_SYNC,
      }),
      /^waiting: applies aaaaaaaaaaaa: Retrying operation\. Attempt #2$/,
    ],
    [
      "an operation on an earlier revision was refused, and is tried again before it goes on to this one",
      applicationWith({
        operationState: retriedOf(TASKS, [PROJECT], { revision: EARLIER, source: SOURCE }),
      }),
      /^waiting: still applies bbbbbbbbbbbb: one or more synchronization tasks are not valid/,
    ],
    [
      "an operation on an earlier revision has failed, and it goes on to this one",
      applicationWith({
        operationState: operationOf("Failed", EARLIER),
        conditions: [{ type: "SyncError", message: `Failed last sync attempt to [${EARLIER}]` }],
      }),
      /^waiting: is at bbbbbbbbbbbb/,
    ],
    [
      "only a part of the objects was synced",
      applicationWith({
        operationState: operationOf("Succeeded", OURS, {
          operation: { sync: { revision: OURS, resources: [{ kind: "Service", name: "shop" }] } },
        }),
        sync: OUT_OF_SYNC,
      }),
      /^waiting: is at aaaaaaaaaaaa/,
    ],
    [
      "only a part of the objects was synced, and the whole of an earlier revision before",
      applicationWith({
        operationState: partOf("Succeeded"),
        sync: OUT_OF_SYNC,
        history: [
          { revision: OURS, source: SOURCE },
          { revision: EARLIER, source: SOURCE },
        ],
      }),
      /^waiting: is at aaaaaaaaaaaa/,
    ],
    [
      "only a part of the objects was synced, and the whole from a different path before",
      applicationWith({
        operationState: partOf("Succeeded"),
        sync: OUT_OF_SYNC,
        ...deployed(OURS, { ...SOURCE, path: "shop-dev" }),
      }),
      /^waiting: is at aaaaaaaaaaaa/,
    ],
    [
      "an operation was only for show",
      applicationWith({
        operationState: operationOf("Succeeded", OURS, {
          operation: { sync: { revision: OURS, dryRun: true } },
        }),
        sync: OUT_OF_SYNC,
      }),
      /^waiting: is at aaaaaaaaaaaa/,
    ],
    [
      "an operation applied somebody's own folder",
      applicationWith({
        operationState: operationOf("Succeeded", OURS, {
          operation: { sync: { revision: OURS, manifests: ["{}"] } },
        }),
        sync: OUT_OF_SYNC,
        ...deployed(OURS),
      }),
      /^waiting: is at aaaaaaaaaaaa/,
    ],
    [
      "it was synced from a different path, and has not compared since",
      applicationWith({
        sync: { revision: OURS, comparedTo: { source: { ...SOURCE, path: "shop-dev" } } },
        operationState: operationOf("Succeeded", OURS, {
          syncResult: { revision: OURS, source: { ...SOURCE, path: "shop-dev" } },
        }),
      }),
      /^waiting: is at aaaaaaaaaaaa/,
    ],
    [
      "it has not looked at anything",
      applicationWith({ reconciledAt: undefined as never, sync: { status: "", revision: "" } }),
      /^waiting: has not looked at anything yet$/,
    ],
  ])("%s", (_case, app, expected) => {
    expect(assessed(app)).toMatch(expected);
  });
});

describe("fails where", () => {
  test.each<[string, Application | undefined, string]>([
    ["it does not exist", undefined, "not-applied after 20 s: does not exist"],
    [
      "a later commit has changed the files",
      applicationWith({ sync: { revision: THEIRS } }),
      "superseded after 0 s: commit dddddddddddd of Jane changed shop-prod: Scale",
    ],
    [
      "its operation on this revision has failed",
      applicationWith({
        operationState: operationOf("Failed", OURS, {
          message: "one or more objects failed to apply (retried 5 times).",
        }),
        sync: OUT_OF_SYNC,
      }),
      "sync-failed after 0 s: one or more objects failed to apply (retried 5 times).",
    ],
    [
      "self-heal could not mend a part of what it had applied as a whole",
      applicationWith({
        operationState: partOf("Failed", { message: "one or more objects failed to apply" }),
        sync: OUT_OF_SYNC,
        ...deployed(OURS),
      }),
      "sync-failed after 0 s: one or more objects failed to apply",
    ],
    [
      "it refuses a revision that would remove everything",
      applicationWith({
        sync: OUT_OF_SYNC,
        conditions: [
          {
            type: "SyncError",
            message: "Skipping sync attempt: auto-sync will wipe out all resources",
          },
        ],
      }),
      "sync-failed after 3 s: SyncError: Skipping sync attempt: auto-sync will wipe out all resources",
    ],
    [
      "it cannot build what is in the path",
      applicationWith({
        sync: { status: "Unknown", revision: "main" },
        conditions: [
          {
            type: "ComparisonError",
            message: "Failed to load target state: kustomize build failed",
          },
        ],
      }),
      "sync-failed after 30 s: ComparisonError: Failed to load target state: kustomize build failed",
    ],
    [
      "its path does not exist",
      applicationWith({
        sync: { status: "Unknown", revision: "main" },
        conditions: [
          {
            type: "ComparisonError",
            message: "Failed to load target state: shop-prod: app path does not exist",
          },
        ],
      }),
      "not-applied after 30 s: ComparisonError: Failed to load target state: shop-prod: app path does not exist",
    ],
    [
      "its project does not permit the repository",
      applicationWith({
        sync: { status: "Unknown" },
        conditions: [
          {
            type: "InvalidSpecError",
            message: "application repo is not permitted in project 'default'",
          },
        ],
      }),
      "not-applied after 30 s: InvalidSpecError: application repo is not permitted in project 'default'",
    ],
    [
      "its automated sync is off, and it has seen this revision",
      applicationWith({ sync: OUT_OF_SYNC }, NO_AUTOMATION),
      "not-applied after 3 s: automated sync is off",
    ],
    [
      "its automated sync is switched off, and it has not looked yet",
      applicationWith({}, { syncPolicy: { automated: { enabled: false, selfHeal: true } } }),
      "not-applied after 20 s: automated sync is off",
    ],
    [
      "it follows a different branch",
      applicationWith({}, { source: { ...SOURCE, targetRevision: "prod" } }),
      "not-applied after 3 s: it follows prod, not main",
    ],
    [
      "it is at a tag",
      applicationWith({}, { source: { ...SOURCE, targetRevision: "v1.2.3" } }),
      "not-applied after 3 s: it follows v1.2.3, not main",
    ],
    [
      "it looks at a different repository",
      applicationWith(
        { sync: { revision: "f".repeat(40) } },
        { source: { ...SOURCE, repoURL: "https://git.example.com/team/other.git" } },
      ),
      "not-applied after 3 s: it looks at https://git.example.com/team/other.git, not at ssh://git@git.example.com/team/deploy.git: revision ffffffffffff is unknown there",
    ],
    [
      "it looks at a different path, and has applied that",
      applicationWith(
        {
          sync: { revision: OURS },
          resources: [{ kind: "Service", namespace: "shop", name: "other", status: "Synced" }],
        },
        { source: { ...SOURCE, path: "shop-dev" } },
      ),
      "not-applied after 20 s: it has applied aaaaaaaaaaaa, and has no deployment shop: it looks at path shop-dev, not at shop-prod",
    ],
    [
      "it is being deleted",
      { ...applicationWith(), metadata: { deletionTimestamp: "2026-11-30T07:00:09Z" } },
      "not-applied after 3 s: it is being deleted since 2026-11-30T07:00:09Z",
    ],
  ])("%s", (_case, app, expected) => {
    expect(assessed(app)).toBe(expected);
  });

  test("it does not exist, and is made because of the first hand-off: only when the time is over", () => {
    expect(assessed(undefined, { isFirst: true })).toBe(
      "not-applied after Infinity s: does not exist",
    );
  });

  test("it cannot read its path, and may not have looked since the hand-off: only when the time is over", () => {
    const conditions = [{ type: "ComparisonError", message: "shop-prod: app path does not exist" }];
    const message =
      "not-applied after Infinity s: ComparisonError: shop-prod: app path does not exist";
    const before = applicationWith({ conditions, reconciledAt: "2026-11-30T06:59:59Z" });
    expect(assessed(before)).toBe(message);
    expect(assessed(applicationWith({ conditions }), { isRefreshed: false })).toBe(message);
    const after = applicationWith({ conditions, reconciledAt: "2026-11-30T07:03:01Z" });
    expect(assessed(after, { isRefreshed: false })).toMatch(/^not-applied after 30 s/);
  });

  test("HEAD is a different branch", () => {
    const app = applicationWith({}, { source: { ...SOURCE, targetRevision: "HEAD" } });
    expect(assessed(app, { defaultBranch: "trunk" })).toBe(
      "not-applied after 3 s: it follows HEAD, which is trunk, not main",
    );
    expect(assessed(app)).toMatch(/^waiting/);
  });
});

describe("an operation that was refused and is tried again fails soon where", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "a field cannot change",
      `${FAILED}: Deployment.apps "shop" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"shop"}}: field is immutable`,
      [],
    ],
    ["its project does not permit a kind", TASKS, [PROJECT]],
    [
      "its project does not permit a namespace",
      TASKS,
      ["namespace other is not permitted in project 'slipway'"],
    ],
    [
      "a kind is unknown",
      TASKS,
      [
        'The Kubernetes API could not find example.com/Shop for requested resource shop/shop. Make sure the "Shop" CRD is installed on the destination cluster.',
      ],
    ],
    [
      "a value has the wrong type",
      DRY,
      [
        'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
      ],
    ],
    [
      "a field is unknown",
      DRY,
      ['error validating data: [ValidationError(Deployment.spec): unknown field "replica"]'],
    ],
    [
      "a field is unknown to the server",
      DRY,
      ['Deployment.apps "shop" is invalid: strict decoding error: unknown field "spec.replica"'],
    ],
    [
      "a field is not in the schema",
      DRY,
      ["failed to create typed patch object: .spec.replica: field not declared in schema"],
    ],
    [
      "Argo CD lacks a right",
      `${FAILED}: deployments.apps is forbidden: User "system:serviceaccount:argocd:argocd" cannot create resource "deployments" in API group "apps" in the namespace "shop"`,
      [],
    ],
    [
      "a policy denies it",
      `${FAILED}: admission webhook "policy.example.com" denied the request: no owner`,
      [],
    ],
    [
      "one object was refused, and another one only failed",
      `${FAILED}: …`,
      ["dial tcp 10.96.0.1:443: connect: connection refused", PROJECT],
    ],
  ])("%s", (_case, message, objects) => {
    const app = applicationWith({
      operationState: retriedOf(message, objects),
      sync: OUT_OF_SYNC,
    });
    expect(assessApplication(app, askedOf())).toMatchObject({
      ...{ kind: "failed", reason: "sync-failed", lasting: 3 },
      message: `${message}. Retrying attempt #1 at 7:01AM.`,
      notes: [
        ...objects.map((each) => `deployment shop: ${each}`),
        "Argo CD tries the same revision again, which does not change this: fix the cause, or hand off a different one",
      ],
    });
  });
});

describe("an operation that failed and is tried again is waited for where", () => {
  test.each<[string, string, readonly string[]]>([
    [
      "the API server does not answer",
      `${FAILED}: Get "https://10.96.0.1:443/api": dial tcp 10.96.0.1:443: connect: connection refused`,
      [],
    ],
    [
      "somebody else has changed the object",
      `${FAILED}: Operation cannot be fulfilled on deployments.apps "shop": the object has been modified; please apply your changes to the latest version and try again`,
      [],
    ],
    [
      "a webhook is late",
      `${FAILED}: Internal error occurred: failed calling webhook "policy.example.com": failed to call webhook: Post "https://policy.shop.svc:443/validate?timeout=10s": context deadline exceeded`,
      [],
    ],
    ["its namespace is not there yet", `${FAILED}: namespaces "shop" not found`, []],
    [
      "its namespace is still going",
      `${FAILED}: services "shop" is forbidden: unable to create new content in namespace shop because it is being terminated`,
      [],
    ],
    [
      "a quota is used up",
      `${FAILED}: services "shop" is forbidden: exceeded quota: few, requested: services=1, used: services=3, limited: services=3`,
      [],
    ],
    [
      "a port is still allocated",
      `${FAILED}: Service "shop" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated`,
      [],
    ],
    [
      "a hook has failed",
      "one or more synchronization tasks completed unsuccessfully, reason: Job has reached the specified backoff limit",
      [],
    ],
    ["only one object failed", `${FAILED}: …`, ["connect: connection refused"]],
  ])("%s", (_case, message, objects) => {
    const app = applicationWith({
      operationState: retriedOf(message, objects),
      sync: OUT_OF_SYNC,
    });
    expect(assessApplication(app, askedOf())).toMatchObject({
      ...{ kind: "failed", reason: "sync-failed", lasting: Infinity },
      message: `${message}. Retrying attempt #1 at 7:01AM.`,
      notes: [
        ...objects.map((each) => `deployment shop: ${each}`),
        "Argo CD tries the same revision again by itself",
      ],
    });
  });
});

test("what its source does not bring is not hidden by an operation that is tried again because of it", () => {
  const message = "Failed to load target state: shop-prod: app path does not exist";
  const app = applicationWith({
    operationState: retriedOf(`ComparisonError: ${message}`),
    sync: { status: "Unknown", revision: "main" },
    conditions: [{ type: "ComparisonError", message }],
  });
  expect(assessed(app)).toBe(`not-applied after 30 s: ComparisonError: ${message}`);
});

test("names the objects that failed to apply, and that it does not try the same revision again", () => {
  const app = applicationWith({
    operationState: operationOf("Failed", OURS, {
      message: "one or more objects failed to apply",
      syncResult: {
        revision: OURS,
        source: SOURCE,
        resources: [
          {
            kind: "Deployment",
            name: "shop",
            status: "SyncFailed",
            message: "admission \x1b[31mdenied\nthe request",
          },
          { kind: "Service", name: "shop", status: "Synced", message: "configured" },
        ],
      },
    }),
  });
  const assessment = assessApplication(app, askedOf());
  expect(assessment).toMatchObject({
    reason: "sync-failed",
    notes: [
      "deployment shop: admission denied the request",
      "Argo CD does not retry the same revision by itself: fix the cause, then argocd app sync, or hand off a different one",
    ],
  });
});

test("says of drift which objects, and whether it mends it", () => {
  const resources = [
    { group: "apps", kind: "Deployment", namespace: "shop", name: "shop", status: "OutOfSync" },
    { kind: "Job", namespace: "shop", name: "hook", status: "OutOfSync", hook: true },
  ];
  const app = applicationWith(
    { operationState: operationOf("Succeeded", OURS), sync: OUT_OF_SYNC, resources },
    { syncPolicy: { automated: { prune: true } } },
  );
  expect(assessApplication(app, askedOf())).toEqual({
    kind: "applied",
    isSettled: false,
    report: {
      ...{ sync: "OutOfSync", health: "Healthy", revision: OURS, selfHeal: false },
      drift: [{ object: "deployment shop", field: "", writer: null }],
    },
  });
});

test("asks of each revision that it names how it stands, of the source that is meant", () => {
  const app = applicationWith(
    {
      sync: { revisions: ["1.0.0", LATER] },
      operationState: operationOf("Succeeded", undefined, {
        operation: { sync: { revisions: ["1.0.0", EARLIER] } },
        syncResult: { revisions: ["1.0.0", OURS] },
      }),
      history: [{ revisions: ["1.0.0", THEIRS] }, { revisions: ["1.0.0", "e".repeat(40)] }],
    },
    { sources: [{ repoURL: "https://charts.example.com", chart: "redis" }, SOURCE] },
  );
  expect(revisionsOf(app, askedOf())).toEqual([LATER, OURS, EARLIER, "e".repeat(40)]);
  expect(revisionsOf(undefined, askedOf())).toEqual([]);
});
