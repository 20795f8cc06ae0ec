// A wait's clock is a number here; the loop around it, with a real repository and an API server, is in hand-off-provider.test.ts.
import type { Assessment } from "../../provider/hand-off/assessment.ts";
import { Course, type Decision } from "../../provider/hand-off/course.ts";

const report = { sync: null, health: null, revision: null, drift: [], selfHeal: false };

const failing = (lasting: number, message = "it is suspended"): Assessment => ({
  ...{ kind: "failed", reason: "not-applied", message, lasting, report },
});
const waiting: Assessment = { kind: "waiting", text: "is at bbb", report };
const applied = (isSettled: boolean, selfHeal = false): Assessment => ({
  ...{ kind: "applied", isSettled, report: { ...report, selfHeal } },
});

/** What each moment comes to, of a wait of 60 seconds. */
function courseOf(...moments: readonly (readonly [seconds: number, Assessment])[]): string[] {
  const course = new Course(0, 60);
  return moments.map(([seconds, assessment]) => told(course.judge(assessment, seconds * 1000)));
}

function told(decision: Decision): string {
  return decision.kind === "failed"
    ? `${decision.reason}: ${decision.message}`
    : decision.kind === "waiting"
      ? `waiting: ${decision.text}`
      : "applied";
}

test.each<[string, readonly (readonly [number, Assessment])[], string[]]>([
  ["fails at once for what cannot pass", [[1, failing(0)]], ["not-applied: it is suspended"]],
  [
    "fails for what may pass only once it lasts",
    [
      [1, failing(30)],
      [30, failing(30)],
      [31, failing(30)],
    ],
    [
      "waiting: may have failed: it is suspended",
      "waiting: may have failed: it is suspended",
      "not-applied: it is suspended",
    ],
  ],
  [
    "begins anew where something else has failed meanwhile",
    [
      [1, failing(30)],
      [20, failing(30, "its source is suspended")],
      [31, failing(30)],
    ],
    [
      "waiting: may have failed: it is suspended",
      "waiting: may have failed: its source is suspended",
      "waiting: may have failed: it is suspended",
    ],
  ],
  [
    "fails for what is retried and fails again",
    [
      [1, failing(30)],
      [20, waiting],
      [31, failing(30)],
    ],
    [
      "waiting: may have failed: it is suspended",
      "waiting: is at bbb",
      "not-applied: it is suspended",
    ],
  ],
  [
    "takes a failure for the same that names another folder of its own at each try",
    [
      [1, failing(30, "stat /tmp/x-123/shop: no such file")],
      [31, failing(30, "stat /tmp/x-98765/shop: no such file")],
    ],
    [
      "waiting: may have failed: stat /tmp/x-123/shop: no such file",
      "not-applied: stat /tmp/x-98765/shop: no such file",
    ],
  ],
  [
    "fails at the end with what it waited for",
    [
      [59, waiting],
      [60, waiting],
    ],
    ["waiting: is at bbb", "not-applied: not applied after 60 s: it is at bbb"],
  ],
  [
    "fails at the end with what is wrong",
    [[60, failing(Infinity)]],
    ["not-applied: it is suspended"],
  ],
  ["ends as soon as it is applied", [[1, applied(true)]], ["applied"]],
  [
    "gives drift five seconds that nobody mends",
    [
      [1, applied(false)],
      [5, applied(false)],
      [6, applied(false)],
    ],
    [
      "waiting: has applied it, and looks at it again",
      "waiting: has applied it, and looks at it again",
      "applied",
    ],
  ],
  [
    "gives drift half a minute that the controller mends",
    [
      [1, applied(false, true)],
      [30, applied(false, true)],
      [31, applied(false, true)],
    ],
    [
      "waiting: has applied it, and looks at it again",
      "waiting: has applied it, and looks at it again",
      "applied",
    ],
  ],
])("%s", (_case, moments, expected) => {
  expect(courseOf(...moments)).toEqual(expected);
});
