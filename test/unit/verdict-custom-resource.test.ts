// Proves the rules on objects made by hand; that a cluster shows such objects is proved by test/e2e/other-kinds.
import type { ObjectRules } from "../../contract/object-readiness.ts";
import type { ObservedObject } from "../../provider/verdict/awaited-object.ts";
import { awaitedOf, objectOf, observedOf } from "../support/kind-objects.ts";
import { expectNeverReady, expectVerdict, verdictOf } from "../support/verdict-case.ts";

const RESOURCE = awaitedOf("example.com/v1", "Widget");
const widget = (status?: object) => observedOf(objectOf({}, status));
const conditions = (...list: readonly object[]) => ({ observedGeneration: 2, conditions: list });
const READY = { type: "Ready", status: "True" };

type RuledCase = readonly [string, ObjectRules | undefined, ObservedObject, RegExp, number];

const RESOURCES: readonly RuledCase[] = [
  ["is ready by its condition", undefined, widget(conditions(READY)), /^ready: Ready is True$/, 0],
  [
    "without status has not been seen by its controller",
    undefined,
    widget(),
    /^not-observed: it has no status yet/,
    120,
  ],
  [
    "is not ready by a status of the generation before",
    undefined,
    widget({ ...conditions(READY), observedGeneration: 1 }),
    /^not-observed: generation 2/,
    120,
  ],
  [
    "is not ready by a condition of the generation before",
    undefined,
    widget({ conditions: [{ ...READY, observedGeneration: 1 }] }),
    /^not-ready: it has no present condition Ready yet$/,
    120,
  ],
  [
    "is not ready while it says why not",
    undefined,
    widget(conditions({ type: "Ready", status: "False", reason: "Pulling", message: "half" })),
    /^not-ready: Ready is False \(Pulling\): half$/,
    120,
  ],
  [
    "fails when it is stalled",
    undefined,
    widget(conditions({ type: "Stalled", status: "True", reason: "Broken" }, READY)),
    /^stalled: Stalled is True \(Broken\)$/,
    0,
  ],
  [
    "is not ready while it is reconciled",
    undefined,
    widget(conditions(READY, { type: "Reconciling", status: "True" })),
    /^not-ready: Reconciling is True$/,
    120,
  ],
  [
    "that is observed and has no condition Ready has nothing more to say",
    undefined,
    widget({ observedGeneration: 2, size: 3 }),
    /^ready: observed/,
    0,
  ],
  [
    "with neither generation nor condition is not ready",
    undefined,
    widget({ size: 3 }),
    /^not-ready: it has no present condition Ready yet/,
    120,
  ],
  [
    "is ready by the program's condition",
    { ready: { type: "Synced", reason: "Done" } },
    widget(conditions({ type: "Synced", status: "True", reason: "Done" })),
    /^ready: Synced is True \(Done\)$/,
    0,
  ],
  [
    "is not ready by a condition for another reason",
    { ready: { type: "Synced", reason: "Done" } },
    widget(conditions({ type: "Synced", status: "True", reason: "Half" })),
    /^not-ready: Synced is True \(Half\)$/,
    120,
  ],
  [
    "fails by the program's condition",
    { failed: { type: "Ready", status: "False" } },
    widget(conditions({ type: "Ready", status: "False", reason: "Denied" })),
    /^condition-failed: Ready is False \(Denied\)$/,
    0,
  ],
  [
    "fails only when the failure lasts",
    { failed: { type: "Ready", status: "False" }, failedSeconds: 7 },
    widget(conditions({ type: "Ready", status: "False" })),
    /^condition-failed/,
    7,
  ],
  [
    "is ready by a path and its value",
    { ready: { path: "$.status.phase", value: "Bound" } },
    widget({ phase: "Bound" }),
    /^ready: \$\.status\.phase is "Bound"$/,
    0,
  ],
  [
    "is not ready by a path with another value",
    { ready: { path: "$.status.phase", value: "Bound" } },
    widget({ phase: "New" }),
    /^not-ready: \$\.status\.phase is "New", not "Bound"$/,
    120,
  ],
  [
    "is ready by kubectl's form of a path with a filter",
    { ready: { path: '{.status.conditions[?(@.type=="Ready")].status}', value: "True" } },
    widget(conditions(READY)),
    /^ready/,
    0,
  ],
  [
    "is ready by anything at a path",
    { ready: { path: ".status.loadBalancer.ingress[0]" } },
    widget({ loadBalancer: { ingress: [{ ip: "10.0.0.1" }] } }),
    /^ready/,
    0,
  ],
  [
    "is not ready by nothing at a path",
    { ready: { path: ".status.loadBalancer.ingress[0]" } },
    widget(),
    /^not-ready: there is nothing at \.status/,
    120,
  ],
  [
    "is not ready by a path in a status of the generation before",
    { ready: { path: "$.status.phase", value: "Bound" } },
    widget({ phase: "Bound", observedGeneration: 1 }),
    /^not-observed/,
    120,
  ],
  [
    "tells its generation in a text of its own",
    { observedGeneration: "$.status.synced" },
    widget({ conditions: [READY], synced: "1-abc" }),
    /^not-observed: generation 2 is not observed yet, the controller is at 1$/,
    120,
  ],
  [
    "is ready by a generation in a text of its own",
    { observedGeneration: "$.status.synced" },
    widget({ conditions: [READY], synced: "2-abc" }),
    /^ready/,
    0,
  ],
];
test.each(RESOURCES)("a custom resource %s", (title, rules, ...row) => {
  expectVerdict({ ...RESOURCE, ...(rules && { rules }) }, [title, ...row]);
});

test.each<[string, object, RegExp]>([
  ["re-created", { uid: "other" }, /^object-missing: widget thing was re-created/],
  [
    "deleted",
    { deletionTimestamp: "2026-01-01T00:00:00Z" },
    /^object-missing: widget thing is being deleted/,
  ],
])("an object that was %s is never judged", (_case, metadata, said) => {
  const object = objectOf({}, conditions(READY), metadata);
  expect(verdictOf(RESOURCE, observedOf(object))).toMatchObject({
    seconds: 0,
    said: expect.stringMatching(said) as string,
  });
});

test("a custom resource that is not ready is ready at no time", () => {
  for (const [title, rules, ...rest] of RESOURCES.filter(
    ([, , , said]) => !said.source.startsWith("^ready"),
  )) {
    expectNeverReady({ ...RESOURCE, ...(rules && { rules }) }, [[title, ...rest]]);
  }
});
