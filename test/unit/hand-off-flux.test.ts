// Kustomizations and sources as Flux 2.7 reports them, moment by moment; that it reports them so is for test/e2e/hand-off-flux.test.ts.
import type { Asked, Assessment } from "../../provider/hand-off/assessment.ts";
import type { Condition } from "../../provider/hand-off/condition.ts";
import { assessKustomization } from "../../provider/hand-off/flux.ts";
import {
  type FluxSource,
  type Kustomization,
  revisionIn,
} from "../../provider/hand-off/kustomization.ts";
import { revisionsIn, type Shown } from "../../provider/hand-off/kustomization-sight.ts";
import { askedOf, EARLIER, LATER, OURS, THEIRS } from "../support/argocd-objects.ts";

const SOURCE: FluxSource = {
  kind: "GitRepository",
  spec: { url: "https://git.example.com/team/deploy.git", ref: { branch: "main" } },
  status: {
    artifact: { revision: `main@sha1:${EARLIER}` },
    conditions: [{ type: "Ready", status: "True", reason: "Succeeded" }],
  },
};

type Status = NonNullable<Kustomization["status"]>;

const ready = (status: string, reason: string, message = ""): Condition => ({
  ...{ type: "Ready", status, reason, message },
});
const reconciling = (message: string): Condition => ({
  ...{ type: "Reconciling", status: "True", reason: "Progressing", message },
});
const SUCCEEDED = ready("True", "ReconciliationSucceeded", "Applied revision");

/** A Kustomization with its source; what differs is merged in. */
const shown = (
  applied: string,
  attempted: string,
  conditions: readonly Condition[],
  {
    status = {},
    spec = {},
    source = SOURCE,
  }: {
    status?: Status;
    spec?: Kustomization["spec"] & {};
    source?: FluxSource | null | undefined;
  } = {},
): Shown => ({
  kustomization: {
    metadata: { name: "shop", namespace: "flux-system", generation: 2 },
    spec: {
      path: "./shop-prod",
      sourceRef: { kind: "GitRepository", name: "deploy" },
      ...spec,
    },
    status: {
      observedGeneration: 2,
      conditions,
      lastAppliedRevision: `main@sha1:${applied}`,
      lastAttemptedRevision: `main@sha1:${attempted}`,
      inventory: { entries: [{ id: "shop_shop_apps_Deployment" }, { id: "shop_shop__Service" }] },
      ...status,
    },
  },
  source,
});

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

const assessed = (of: Shown, more: Partial<Asked> = {}) =>
  told(assessKustomization(of, askedOf(more)));

test.each([
  ["main@sha1:" + OURS, OURS],
  ["sha1:" + OURS, OURS],
  ["refs/pull/1/head@sha1:" + OURS, OURS],
  ["latest@sha256:" + "e".repeat(64), "sha256:" + "e".repeat(64)],
  ["main/" + OURS, undefined],
  [undefined, undefined],
])("reads the revision %s", (revision, expected) => {
  expect(revisionIn(revision)).toBe(expected);
});

describe("has applied it where", () => {
  test.each<[string, Shown]>([
    ["it is ready at this revision", shown(OURS, OURS, [SUCCEEDED])],
    ["it is ready at a later one of the same files", shown(LATER, LATER, [SUCCEEDED])],
    [
      "it waits for the health of what it applied: the verdict looks at that itself",
      shown(EARLIER, OURS, [
        ready("Unknown", "Progressing", "Reconciliation in progress"),
        reconciling(`Running health checks for revision main@sha1:${OURS} with a timeout of 5m0s`),
      ]),
    ],
    [
      "what it applied is not healthy",
      shown(EARLIER, OURS, [
        ready("False", "HealthCheckFailed", "timeout waiting for: [Deployment/shop]"),
      ]),
    ],
    ["its source may not be read", shown(OURS, OURS, [SUCCEEDED], { source: undefined })],
  ])("%s", (_case, of) => {
    expect(assessed(of)).toBe("applied");
  });
});

describe("waits where", () => {
  test.each<[string, Shown, RegExp]>([
    [
      "it is at the revision before",
      shown(EARLIER, EARLIER, [SUCCEEDED]),
      /^waiting: is at bbbbbbbbbbbb, its source has bbbbbbbbbbbb; ReconciliationSucceeded: Applied revision$/,
    ],
    [
      "it has reported nothing",
      shown(EARLIER, EARLIER, [], { status: { conditions: [] } }),
      /^waiting: has reported nothing yet, as if its controller were down$/,
    ],
    [
      "it has begun with this revision",
      shown(EARLIER, OURS, [
        ready("Unknown", "Progressing"),
        reconciling("Detecting drift for revision"),
      ]),
      /^waiting: is at bbbbbbbbbbbb, .*Detecting drift/,
    ],
    [
      "it checks the health of an earlier revision",
      shown(EARLIER, EARLIER, [reconciling("Running health checks for revision main@sha1:bbb")]),
      /^waiting: is at bbbbbbbbbbbb/,
    ],
    [
      "a dependency is not ready",
      shown(EARLIER, EARLIER, [
        ready("False", "DependencyNotReady", "dependency 'flux-system/infra' is not ready"),
      ]),
      /^waiting: .*DependencyNotReady: dependency 'flux-system\/infra' is not ready$/,
    ],
    [
      "it has not seen its own last change: what it reports is of before",
      shown(OURS, OURS, [SUCCEEDED], { status: { observedGeneration: 1 } }),
      /^waiting: is at aaaaaaaaaaaa/,
    ],
    [
      "an earlier revision has failed",
      shown(EARLIER, EARLIER, [ready("False", "BuildFailed", "kustomize build failed")]),
      /^waiting: .*BuildFailed: kustomize build failed$/,
    ],
  ])("%s", (_case, of, expected) => {
    expect(assessed(of)).toMatch(expected);
  });
});

describe("fails where", () => {
  const source = (more: FluxSource): FluxSource => ({ ...SOURCE, ...more });
  test.each<[string, Shown, string]>([
    ["it does not exist", { kustomization: undefined }, "not-applied after 20 s: does not exist"],
    [
      "a later commit has changed the files",
      shown(THEIRS, THEIRS, [SUCCEEDED]),
      "superseded after 0 s: commit dddddddddddd of Jane changed shop-prod: Scale",
    ],
    [
      "it is suspended",
      shown(EARLIER, EARLIER, [SUCCEEDED], { spec: { suspend: true } }),
      "not-applied after 3 s: it is suspended",
    ],
    [
      "its source is suspended",
      shown(EARLIER, EARLIER, [SUCCEEDED], {
        source: source({ spec: { ...SOURCE.spec, suspend: true } }),
      }),
      "not-applied after 3 s: its source, gitrepository deploy, is suspended",
    ],
    [
      "its source does not exist",
      shown(EARLIER, EARLIER, [SUCCEEDED], { source: null }),
      "not-applied after 20 s: its source, gitrepository deploy, does not exist",
    ],
    [
      "its source follows a different branch",
      shown(EARLIER, EARLIER, [SUCCEEDED], {
        source: source({ spec: { url: SOURCE.spec?.url ?? "", ref: { branch: "prod" } } }),
      }),
      "not-applied after 3 s: its source, gitrepository deploy, follows prod, not main",
    ],
    [
      "its source follows the branch that Flux takes by default",
      shown(EARLIER, EARLIER, [SUCCEEDED], {
        source: source({ spec: { url: SOURCE.spec?.url ?? "" } }),
      }),
      "not-applied after 3 s: its source, gitrepository deploy, follows master, not main",
    ],
    [
      "its source is at a tag, whatever its branch is",
      shown(EARLIER, EARLIER, [SUCCEEDED], {
        source: source({ spec: { ref: { branch: "main", tag: "v1" } } }),
      }),
      "not-applied after 3 s: its source, gitrepository deploy, follows tag v1, not main",
    ],
    [
      "its source is a different repository",
      shown(EARLIER, EARLIER, [SUCCEEDED], {
        source: source({
          spec: { url: "https://git.example.com/team/other", ref: { branch: "main" } },
          status: { artifact: { revision: `main@sha1:${"f".repeat(40)}` } },
        }),
      }),
      "not-applied after 3 s: its source, gitrepository deploy, looks at https://git.example.com/team/other, not at ssh://git@git.example.com/team/deploy.git: revision ffffffffffff is unknown there",
    ],
    [
      "its source cannot be fetched",
      shown(EARLIER, EARLIER, [SUCCEEDED], {
        source: source({
          status: {
            conditions: [ready("False", "GitOperationFailed", "authentication \x1b[31mrequired")],
          },
        }),
      }),
      "not-applied after 30 s: its source, gitrepository deploy, is not ready: GitOperationFailed: authentication required",
    ],
    [
      "it has failed since its own last change, which it does not count as observed",
      shown(
        EARLIER,
        OURS,
        [{ ...ready("False", "BuildFailed", "kustomize build failed"), observedGeneration: 2 }],
        { status: { observedGeneration: 1 } },
      ),
      "sync-failed after 3 s: BuildFailed: kustomize build failed",
    ],
    [
      "its path does not exist in what was handed off",
      shown(EARLIER, EARLIER, [ready("False", "ArtifactFailed", "kustomization path not found")], {
        source: source({ status: { artifact: { revision: `main@sha1:${OURS}` } } }),
      }),
      "not-applied after 30 s: ArtifactFailed: kustomization path not found",
    ],
    [
      "its path does not exist, and its source has not what was handed off: only when the time is over",
      shown(EARLIER, EARLIER, [ready("False", "ArtifactFailed", "kustomization path not found")]),
      "not-applied after Infinity s: ArtifactFailed: kustomization path not found",
    ],
    [
      "what it has applied is from a different path",
      shown(OURS, OURS, [SUCCEEDED], {
        spec: { path: "./shop-dev" },
        status: { inventory: { entries: [] } },
      }),
      "not-applied after 20 s: it has applied aaaaaaaaaaaa, and has no deployment shop: it looks at path shop-dev, not at shop-prod",
    ],
    [
      "it cannot build this revision",
      shown(EARLIER, OURS, [ready("False", "BuildFailed", "kustomize build failed")]),
      "sync-failed after 3 s: BuildFailed: kustomize build failed",
    ],
    [
      "the API server refuses an object for good",
      shown(EARLIER, OURS, [
        ready(
          "False",
          "ReconciliationFailed",
          "Deployment/shop/shop dry-run failed (Invalid): spec.selector: field is immutable",
        ),
      ]),
      "sync-failed after 3 s: ReconciliationFailed: Deployment/shop/shop dry-run failed (Invalid): spec.selector: field is immutable",
    ],
    [
      "the API server does not take an object, which may pass",
      shown(EARLIER, OURS, [
        ready("False", "ReconciliationFailed", "failed calling webhook: connection refused"),
      ]),
      "sync-failed after 30 s: ReconciliationFailed: failed calling webhook: connection refused",
    ],
  ])("%s", (_case, of, expected) => {
    expect(assessed(of)).toBe(expected);
  });
});

test("reports what it said at the end", () => {
  const of = shown(OURS, OURS, [
    SUCCEEDED,
    { type: "Healthy", status: "True", reason: "Succeeded" },
  ]);
  expect(assessKustomization(of, askedOf()).report).toEqual({
    ...{ sync: "True ReconciliationSucceeded", health: "Succeeded", revision: OURS },
    ...{ drift: [], selfHeal: true },
  });
  expect(revisionsIn(of)).toEqual([OURS, OURS, EARLIER]);
});
