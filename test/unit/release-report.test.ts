// Proves what is told of ups that were really run, and that the page stands alone; how it looks is for test/browser.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

import { FACTOR, growthOver } from "../support/growth.ts";
import { reportMarkdown } from "../../cli/report/markdown.ts";
import { reportPage } from "../../cli/report/page.ts";
import { releaseReport, type ReleaseReport, type ReportSource } from "../../cli/report/report.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { RESOURCES } from "../../contract/tokens.ts";

interface Recorded {
  readonly outputs: Pick<ReportSource, "releases" | "history">;
  readonly events: EngineEvent[];
}

function recorded(name: string): ReportSource {
  const file = join(import.meta.dirname, "../fixtures/report", `${name}.json`);
  const { outputs, events } = JSON.parse(readFileSync(file, "utf8")) as Recorded;
  return { project: "slipway", stack: "dev", ...outputs, events };
}

function service({ services }: ReleaseReport, name: string) {
  const found = services.find((one) => one.name === name);
  if (found === undefined) {
    throw new Error(`no ${name} in the report`);
  }
  return found;
}

/** The recorded failure with other words in its record. */
function altered(change: Partial<ReleaseRecord>): ReportSource {
  const source = recorded("failed");
  const release = source.releases["shop"] as ReleaseRecord;
  return { ...source, releases: { shop: { ...release, ...change } } };
}

test("the timeline follows the chain: build, apply, each pod, verdict", () => {
  const { timeline } = service(releaseReport(recorded("ready")), "shop");
  expect(timeline.map(({ pod, part }) => (pod === null ? part : `pod ${part}`))).toEqual([
    "build and push",
    "apply",
    ...["pod schedule", "pod pull", "pod start", "pod ready"],
    ...["pod schedule", "pod pull", "pod start", "pod ready"],
    "verdict",
  ]);
  expect(timeline[0]?.seconds).toBe(4);
});

describe("of BuildKit's builds the timeline has", () => {
  const ready = recorded("ready");
  const { events: byDocker = [] } = ready;
  const build = (events: readonly EngineEvent[]) =>
    service(releaseReport({ ...ready, events }), "shop").timeline[0];
  const byBuildx = JSON.stringify(byDocker).replaceAll(
    "docker:index/image:Image",
    RESOURCES.ImageBuild,
  );

  test("how long they take, as of Docker's", () => {
    expect(build(JSON.parse(byBuildx) as EngineEvent[])).toEqual(build(byDocker));
  });

  test("nothing where Docker builds from now on, and BuildKit's resource is deleted", () => {
    const text = byBuildx.replaceAll(/"op":"(?:create|update)"/g, '"op":"delete"');
    const later = (JSON.parse(text) as EngineEvent[]).map((event) => {
      return { ...event, timestamp: event.timestamp + 60 };
    });
    expect(build([...byDocker, ...later])).toEqual(build(byDocker));
  });
});

test("what was neither built nor started anew is not in the timeline", () => {
  const report = releaseReport(recorded("failed"));
  expect(service(report, "worker").timeline.map(({ part }) => part)).toEqual(["apply", "verdict"]);
  expect(service(report, "shop").timeline.map(({ part }) => part)).not.toContain("build and push");
});

test("without the run's events the timeline has what the record knows", () => {
  const report = releaseReport({ ...recorded("ready"), events: [] });
  expect(service(report, "shop").timeline.map(({ part }) => part)).not.toContain("apply");
  expect(service(report, "shop").timeline.at(-1)).toMatchObject({ part: "verdict", seconds: 2.8 });
});

test("a pod's step that nobody told of is left out, and the next one begins where the last known ended", () => {
  const source = altered({
    pods: [
      {
        name: "shop-1",
        imageID: "",
        node: null,
        createdAt: "2026-11-21T12:23:36Z",
        scheduledAt: "2026-11-21T12:23:37Z",
        pulledAt: null,
        startedAt: "2026-11-21T12:23:40Z",
        readyAt: null,
      },
    ],
  });
  const { timeline } = service(releaseReport({ ...source, events: [] }), "shop");
  expect(timeline.slice(0, -1).map(({ part, seconds }) => [part, seconds])).toEqual([
    ["schedule", 1],
    ["start", 3],
  ]);
});

describe("the time in which pods that are ready settle", () => {
  const source = recorded("ready");
  const shop = source.releases["shop"] as ReleaseRecord;
  const reported = (change: Partial<ReleaseRecord>) =>
    releaseReport({ ...source, releases: { shop: { ...shop, ...change } } });
  const parts = (change: Partial<ReleaseRecord>) =>
    service(reported(change), "shop").timeline.map(({ part }) => part);

  test("is a part of its own, from the last pod that became ready to the verdict", () => {
    const report = reported({ seconds: 15.4 });
    expect(service(report, "shop").timeline.slice(-2)).toEqual([
      {
        pod: null,
        part: "pods stay ready",
        from: "2026-11-21T12:23:30.000Z",
        to: "2026-11-21T12:23:43.025Z",
        seconds: 13,
      },
      expect.objectContaining({ part: "verdict", seconds: 15.4 }),
    ]);
    expect(reportMarkdown(report)).toMatch(
      /\n- `shop-\S+` schedule .*\n- pods stay ready 13 s\n- verdict 15 s\n/s,
    );
    const label = /aria-label="Timeline of shop: ([^"]*)"/.exec(reportPage(report))?.[1];
    expect(label).toMatch(/; pod shop-\S+ schedule [^;]*; pods stay ready 13 s; verdict 15 s$/);
  });

  test("is left out where it is shorter than the times are exact", () => {
    expect(parts({})).not.toContain("pods stay ready");
  });

  test("is left out of a release that failed, or that started no pod", () => {
    expect(parts({ seconds: 15.4, verdict: "failed" })).not.toContain("pods stay ready");
    expect(parts({ startedAt: "2026-11-21T13:00:00Z", seconds: 9 })).not.toContain(
      "pods stay ready",
    );
    expect(parts({ pods: [], seconds: 9 })).not.toContain("pods stay ready");
  });

  test("is left out where a pod was replaced after the verdict", () => {
    const pods = shop.pods.map((pod) => ({ ...pod, readyAt: "2026-11-21T15:00:00Z" }));
    expect(parts({ seconds: 15.4, pods })).not.toContain("pods stay ready");
  });
});

test("one failed service makes the report a failed one, and stands first", () => {
  const report = releaseReport(recorded("failed"));
  expect(report.verdict).toBe("failed");
  expect(report.services.map(({ name }) => name)).toEqual(["shop", "worker"]);
  const swapped = releaseReport({
    ...recorded("failed"),
    releases: {
      alpha: recorded("ready").releases["shop"] as ReleaseRecord,
      shop: recorded("failed").releases["shop"] as ReleaseRecord,
    },
  });
  expect(swapped.services.map(({ name }) => name)).toEqual(["shop", "alpha"]);
});

describe("the page", () => {
  const page = reportPage(releaseReport(recorded("failed")));

  test("needs nothing from anywhere, and forbids itself to", () => {
    expect(page).not.toMatch(/https?:|<script|@import|url\(/);
    expect([...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, target]) => target)).toEqual([
      "data:,",
      "#service-shop",
      "#service-worker",
    ]);
    expect(page).toContain("default-src 'none'");
  });

  test("each link leads somewhere", () => {
    for (const [, id] of page.matchAll(/href="#([^"]*)"/g)) {
      expect(page).toContain(`id="${id ?? ""}"`);
    }
  });

  test("has the chain, the evidence, what runs instead and the command", () => {
    const { commit, digest, manifestHash, evidence } = recorded("failed").releases[
      "shop"
    ] as ReleaseRecord;
    for (const text of [commit, digest, manifestHash, evidence?.command, "crash-loop"]) {
      expect(page).toContain(text);
    }
    expect(page).toContain("crashing at start, as FAULT_CRASH_AT_START says");
    expect(page).toContain("What runs instead");
  });

  test("escapes whatever came from a cluster or a log", () => {
    const hostile = `<img src=x onerror="alert(1)">&'\u001b[31m`;
    const evidence = recorded("failed").releases["shop"]?.evidence;
    if (!evidence) {
      throw new Error("the recorded failure has no evidence");
    }
    const source = altered({
      reason: hostile,
      commit: hostile,
      evidence: {
        ...evidence,
        message: hostile,
        notes: [hostile],
        containers: evidence.containers.map((container) => ({ ...container, log: [hostile] })),
        events: [{ object: hostile, reason: hostile, message: hostile, count: 1 }],
        command: hostile,
      },
    });
    const text = reportPage(releaseReport(source));
    expect(text).not.toMatch(/<img|onerror="|\u001b/);
    expect(text).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;[31m");
  });

  test("of fifty services stays small, with those folded that are ready", () => {
    const ready = recorded("ready").releases["shop"] as ReleaseRecord;
    const names = Array.from({ length: 50 }, (_, index) => `shop-${String(index)}`);
    const releases = Object.fromEntries(names.map((name) => [name, ready]));
    const text = reportPage(releaseReport({ project: "slipway", stack: "dev", releases }));
    expect(text.length).toBeLessThan(500_000);
    expect(text).not.toContain("<details open");
    expect(text.match(/<details/g)).toHaveLength(50);
  });

  test("of a stack without releases says so", () => {
    expect(reportPage(releaseReport({ project: "slipway", stack: "dev", releases: {} }))).toContain(
      "The stack has no releases yet.",
    );
  });
});

test("the Markdown has the verdicts, the evidence and the next command", () => {
  const text = reportMarkdown(releaseReport(recorded("failed")));
  expect(text).not.toContain("Warnings");
  expect(text).toContain("| `shop` | **failed**: `crash-loop` | `9d3120a75a75` |");
  expect(text).toMatch(
    /\n```\n(?:.*\n)+\{"time":"2026-11-21T12:23:38\.617Z","level":"error".*\n```\n/,
  );
  expect(text).toContain("Next: `kubectl --context production --namespace shop-dev describe pod");
  expect(text).toContain("| `worker` | ready |");
});

test("the Markdown of hundreds of services fits into a comment, with what failed before what is ready", () => {
  const ready = recorded("ready").releases["shop"] as ReleaseRecord;
  const failed = recorded("failed").releases["shop"] as ReleaseRecord;
  const names = Array.from({ length: 500 }, (_, index) => `service-${index}`);
  const releases = Object.fromEntries(names.map((name) => [name, ready]));
  const services = { ...releases, "service-499": failed };
  const text = reportMarkdown(
    releaseReport({ project: "slipway", stack: "dev", releases: services }),
  );
  expect(text.length).toBeLessThan(60_000);
  expect(text).toContain("### `service-499` failed");
  expect(text).toContain("| `service-499` | **failed**");
  expect(text.match(/^\| `service-/gm)).toHaveLength(500);
  expect(text).toMatch(/\n… and \d+ more timelines: a comment has room for 60000 characters\n/);
  const tiny = reportMarkdown(
    releaseReport({ project: "slipway", stack: "dev", releases: services }),
    20_000,
  );
  expect(tiny.length).toBeLessThan(20_000);
  expect(tiny).toContain("### `service-499` failed");
  expect(tiny).toMatch(/\n… and \d+ more services: a comment has room for 20000 characters\n/);
});

test("reads a run's events in a time that grows with their number, however many services there are", () => {
  const { releases, events } = recorded("ready");
  const record = releases["shop"] as ReleaseRecord;
  const named = (name: string) =>
    JSON.parse(JSON.stringify(events).replaceAll("::shop", `::${name}`)) as EngineEvent[];
  const source = (count: number) => {
    const names = Array.from({ length: count }, (_, index) => `service-${index}`);
    return {
      ...{ project: "slipway", stack: "dev" },
      releases: Object.fromEntries(names.map((name) => [name, record])),
      events: names.flatMap((name) => named(name).slice(0, 40)),
    };
  };
  expect(growthOver([source(50), source(50 * FACTOR)], releaseReport)).toBeLessThan(3 * FACTOR);
});

test("the page counts the pods that the record does not list", () => {
  const report = releaseReport(altered({ otherPods: 1900 }));
  const { pods } = service(report, "shop").release;
  expect(reportPage(report)).toContain(`${pods.length + 1900} pods`);
});

test("of a failure that stays, why nothing was restored is told", () => {
  const { evidence } = recorded("failed").releases["shop"] as ReleaseRecord;
  if (evidence === null) {
    throw new Error("the recorded failure has no evidence");
  }
  const why = "not rolled back: migrate.back is refuse";
  const notes = ["something else", why];
  const report = releaseReport(altered({ running: null, evidence: { ...evidence, notes } }));
  expect(reportMarkdown(report)).toContain(`\n\n\`${why}\`\n`);
  expect(reportMarkdown(report)).not.toContain("something else");
});

test("of a failure of the settings alone, what runs instead is told by its manifests: its digest is the one that failed", () => {
  const { digest, manifestHash, running } = recorded("failed").releases["shop"] as ReleaseRecord;
  if (running === null) {
    throw new Error("nothing runs instead of the recorded failure");
  }
  const report = releaseReport(altered({ running: { ...running, digest } }));
  const words = `same image, earlier settings (manifests ${running.manifestHash.slice(0, 19)}, asked for ${manifestHash.slice(0, 19)})`;
  expect(reportMarkdown(report)).toContain(`\nWhat runs instead: ${words}, ready.\n`);
  const [, part] = reportPage(report).split("<h3>What runs instead</h3>");
  expect(part?.replaceAll(/\s+/g, " ")).toContain(words);
  expect(part?.split("</p>")[0]).not.toContain(digest);
});

test("the warnings of a ready release are on the page and in the Markdown, as text", () => {
  const hostile = "its probe is `<b>` redirected";
  const report = releaseReport(altered({ verdict: "ready", evidence: null, warnings: [hostile] }));
  expect(reportPage(report)).toContain("<li>its probe is `&lt;b&gt;` redirected</li>");
  expect(reportMarkdown(report)).toContain(
    "Warnings:\n\n- `shop`: `` its probe is `<b>` redirected ``",
  );
});
