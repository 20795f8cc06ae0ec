// How gates that were passed are told: recorded previews and ups with gates put into them, as test/e2e/gates.test.ts has real ones.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

import { knownReleases, withKnown } from "../../cli/known-release.ts";
import { slipwayOutputs } from "../../cli/outputs.ts";
import { endingGates } from "../../cli/passed-gates.ts";
import { previewMarkdown } from "../../cli/preview/markdown.ts";
import { previewReport } from "../../cli/preview/preview.ts";
import { reportMarkdown } from "../../cli/report/markdown.ts";
import { reportPage } from "../../cli/report/page.ts";
import { releaseReport, type ReportSource } from "../../cli/report/report.ts";
import { statusOf, words } from "../../cli/status.ts";
import type { PassedGate } from "../../contract/passed-gate.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { COMPONENTS, RESOURCES } from "../../contract/tokens.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures");
const NOW = Date.parse("2026-11-30T12:00:00Z");
const SCAN: PassedGate = {
  name: "scan",
  at: "2026-11-29T12:00:00.000Z",
  by: "A`d`a|",
  signedBy: "cosign.pub",
  until: "2026-12-01T09:30:00.000Z",
};
const TAGGED: PassedGate = { name: "acceptance", at: null };

function reportSource(gates: readonly PassedGate[]): ReportSource {
  const { outputs, events } = JSON.parse(
    readFileSync(join(FIXTURES, "report/ready.json"), "utf8"),
  ) as { outputs: Pick<ReportSource, "releases" | "history">; events: EngineEvent[] };
  const release = outputs.releases["shop"] as ReleaseRecord;
  const releases = { shop: { ...release, gates } };
  return { project: "slipway", stack: "prod", ...outputs, releases, events };
}

test("the report lists them, in words of others that are nothing but words", () => {
  const report = releaseReport(reportSource([SCAN, TAGGED]));
  const markdown = reportMarkdown(report);
  expect(markdown).toContain(
    "- `shop` has passed `scan`, by `` A`d`a| ``, at `2026-11-29T12:00:00.000Z`, signed by `cosign.pub`, until `2026-12-01T09:30:00.000Z`",
  );
  expect(markdown).toContain("- `shop` has passed `acceptance`\n");
  const page = reportPage(report);
  expect(page).toContain("<dt>Gates</dt>");
  expect(page).toContain("<code>acceptance</code>");
  expect(reportMarkdown(releaseReport(reportSource([])))).not.toContain("Gates");
});

test("the comment of a preview lists them: inputs of the release's component", () => {
  const events = readFileSync(join(FIXTURES, "preview/commit.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as EngineEvent)
    .map((event): EngineEvent => {
      const step = event.resourcePreEvent?.metadata;
      return step?.type === COMPONENTS.Release && step.new !== undefined
        ? {
            ...event,
            resourcePreEvent: {
              ...event.resourcePreEvent,
              metadata: { ...step, new: { ...step.new, inputs: { gates: [TAGGED] } } },
            },
          }
        : event;
    });
  const report = previewReport({ project: "slipway", stack: "prod" }, events);
  expect(report.services.find(({ name }) => name === "shop")?.gates).toEqual([TAGGED]);
  expect(previewMarkdown(report)).toContain("### Gates\n\n- `shop` has passed `acceptance`\n");
});

test.each<[string, Partial<PassedGate>, string[]]>([
  ["has long", { until: "2026-12-06T12:00:00.000Z" }, []],
  ["has no end", { until: undefined } as unknown as PassedGate, []],
  [
    "runs out within two days",
    { at: "2026-11-24T12:00:00.000Z" },
    [
      "its gate scan runs out in 21 h (2026-12-01T09:30:00.000Z), as of the last up; pass it again before the next one",
    ],
  ],
  [
    "has less than a quarter of a short time",
    { at: "2026-11-30T09:00:00.000Z", until: "2026-11-30T12:30:00.000Z" },
    [
      "its gate scan runs out in 30 min (2026-11-30T12:30:00.000Z), as of the last up; pass it again before the next one",
    ],
  ],
  [
    "has much of a short time",
    { at: "2026-11-30T11:00:00.000Z", until: "2026-11-30T18:00:00.000Z" },
    [],
  ],
  [
    "has run out",
    { until: "2026-11-30T12:00:00.000Z" },
    [
      "its gate scan has run out (2026-11-30T12:00:00.000Z), as of the last up; pass it again before the next one",
    ],
  ],
])("a status tells of a gate that %s", (_, changes, ending) => {
  expect(endingGates({ gates: [{ ...SCAN, ...changes }] }, NOW)).toEqual(ending);
});

const record = (letter: string, more: object = {}) =>
  ({
    version: 1,
    commit: null,
    dirty: false,
    image: `x/shop@sha256:${letter.repeat(64)}`,
    digest: `sha256:${letter.repeat(64)}`,
    manifestHash: "h",
    verdict: "ready",
    reason: null,
    startedAt: "2026-11-30T10:00:00.000Z",
    seconds: 2,
    warnings: [],
    running: null,
    ...more,
  }) as unknown as ReleaseRecord;

test("the status shows what ends below its table, and has all of them as JSON", () => {
  const at = "2026-11-24T12:00:00.000Z";
  const gates = [{ ...SCAN, at }, TAGGED];
  const status = statusOf("shop", record("a", { gates }), undefined, { stack: "prod" });
  expect(status.gates).toEqual(gates);
  expect(words([status], NOW)).toContain("\nshop: warning: its gate scan runs out in 21 h");
  expect(statusOf("shop", record("a"), undefined, { stack: "prod" })).not.toHaveProperty("gates");
});

test("what a refresh has found of the same image leaves them, and a different image has not passed them", () => {
  const releases = { shop: record("a", { gates: [SCAN] }) };
  const outputs = slipwayOutputs("prod", { releases: { value: releases, secret: false } });
  const found = (release: ReleaseRecord) =>
    knownReleases({
      resources: [
        {
          urn: "urn:pulumi:prod::slipway::slipway:index:Readiness::shop",
          type: RESOURCES.Readiness,
          outputs: { service: "shop", release, history: [] },
        },
      ],
    });
  const failed = { verdict: "failed", reason: "crash-loop" };
  expect(withKnown(outputs, found(record("a", failed))).releases["shop"]).toEqual(
    record("a", { ...failed, gates: [SCAN] }),
  );
  expect(withKnown(outputs, found(record("b"))).releases["shop"]).toEqual(record("b"));
});
