// A wait's clock is a number here, or a fake one; with a real repository and an API server it is in hand-off-provider.test.ts.
import type { Asked, Assessment } from "../../provider/hand-off/assessment.ts";
import { awaitApplied } from "../../provider/hand-off/await-applied.ts";
import type { Look, Refreshed } from "../../provider/hand-off/controller.ts";
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

describe("a controller is asked to look at its source", () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  /** At which seconds of a wait of 70 seconds it is asked, and what the wait ends with. */
  async function asked(becomes: (second: number) => Refreshed) {
    const asks: number[] = [];
    const began = performance.now();
    const look: Look = {
      revisions: [],
      ignored: [],
      assess: () => waiting,
      refresh: () => {
        const second = Math.round((performance.now() - began) / 1000);
        asks.push(second);
        return Promise.resolve(becomes(second));
      },
    };
    const controller = {
      title: "application shop",
      command: () => "",
      look: () => Promise.resolve(look),
    };
    const ended = awaitApplied(controller, {
      asked: {} as Asked,
      lineage: { standing: () => Promise.resolve({ kind: "unknown" }) },
      ...{ seconds: 70, signal: new AbortController().signal, progress: () => undefined },
    });
    await jest.advanceTimersByTimeAsync(71_000);
    return { asks, notes: (await ended).fault?.notes };
  }

  test("at once, and again each half a minute", async () => {
    expect(await asked(() => "asked")).toEqual({ asks: [0, 30, 60], notes: [] });
  });

  test("as soon as it is there, and not again by an identity that may not, which the end says", async () => {
    const becomes = (second: number) => (second < 5 ? "nobody is there" : "refused");
    expect(await asked(becomes)).toEqual({
      asks: [0, 1, 2, 3, 4, 5],
      notes: ["this identity may not ask it to look at once, so it looks when its time has come"],
    });
  });

  test("not again where the second request is refused, which the end does not say", async () => {
    const becomes = (second: number) => (second < 30 ? "asked" : "refused");
    expect(await asked(becomes)).toEqual({ asks: [0, 30], notes: [] });
  });
});
