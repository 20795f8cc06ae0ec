// Checks the bench's arithmetic and what it makes of recorded texts. Cannot prove a single figure:
// those come from `npm run bench` alone.
import { join } from "node:path";

import { moved } from "../../bench/by-hand.ts";
import { median } from "../../bench/chain.ts";
import { manifestsOf } from "../../bench/manifests.ts";
import { countLists, countWatches } from "../../bench/api-load.ts";
import { keep, keptIn, withStack } from "../../bench/kept.ts";
import { compare, report } from "../../bench/report.ts";
import type { ScaleFigures } from "../../bench/scale.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import { folderWith, removeFolders } from "../support/folder.ts";

afterAll(removeFolders);

const chain = { empty: 4, byHandFirst: 6, byHandChange: 5, first: 15, change: 12, nothing: 5 };

test.each([
  [[3], 3],
  [[9, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
])("takes the median of %p", (values, expected) => {
  expect(median(values)).toBe(expected);
});

test("compares with the sum of both floors, and with the empty program where nothing is to do", () => {
  expect(compare(chain)).toEqual([
    { name: "first `up`", seconds: 15, floor: 10, ratio: 1.5, target: 1.5, met: true },
    { name: "source change", seconds: 12, floor: 9, ratio: 12 / 9, target: 1.3, met: false },
    { name: "nothing to do", seconds: 5, floor: 4, ratio: 1.25, target: 1.5, met: true },
  ]);
});

const machine = {
  processors: "2 × Some CPU",
  memory: "24 GiB",
  kernel: "6.18",
  node: "v24.21.0",
  kubernetes: "v1.34.3",
  load: "0.10",
};

const use = { memory: 90.4, cpu: 12.6 };

/** A stack that was measured. */
const stackOf = (services: number, pods = 1): ScaleFigures => ({
  services,
  pods,
  saved: "each step",
  date: "2026-11-22",
  load: "0.31",
  operations: 64,
  preview: 6.04,
  first: 80.06,
  nothing: 9,
  asked: { watches: 6, lists: 9, listBytes: 2 ** 21 },
  uses: { engine: use, program: use, slipway: { memory: 120, cpu: 3 }, kubernetes: use },
  stateBytes: 2 ** 20,
  commands: { status: 1, report: 2, verifyState: 3, comment: 4 },
});

test("reports what was measured, where and when, and which target was missed", () => {
  const page = report({
    chain: {
      command: "npm run bench -- --rounds 5",
      date: "2026-11-21",
      machine,
      figures: { rounds: 5, ...chain },
    },
    scale: { command: "npm run bench", date: "2026-11-22", machine, figures: [stackOf(50)] },
  });
  expect(page).toContain("`npm run bench -- --rounds 5`, 2026-11-21: 2 × Some CPU");
  expect(page).toContain("Kubernetes v1.34.3, load 0.10.");
  expect(page).toContain("| source change | 12.0 | 9.0 | 1.33 | ≤ 1.3 | **missed** |");
  expect(page).toContain(
    "| 50 | 1 | each step | 6.0 | 80.1 | 1.6 | 9.0 | 1.0 | 2.0 | 3.0 | 4.0 | 0.31 | 2026-11-22 |",
  );
  expect(page).toContain(
    "| 50 | 1 | each step | 64 | 90 MiB, 13 s | 120 MiB, 3 s | 90 MiB, 13 s | 90 MiB, 13 s | 1.0 | 6 | 9 (2.0) |",
  );
});

test("a part of the bench keeps the others, and a stack those of other sizes", async () => {
  const file = join(folderWith({}), "results.json");
  const about = { command: "npm run bench", date: "2026-11-21", machine };
  const part = { chain: { ...about, figures: { rounds: 3, ...chain } } };
  expect(await keptIn(file)).toEqual({});
  await keep(file, part);
  const figures = withStack([stackOf(500), stackOf(1, 2000), stackOf(10)], {
    ...stackOf(10),
    first: 7,
  });
  const atEnd = { ...stackOf(10), saved: "at the end", first: 3 } as const;
  const scale = { ...about, figures: [stackOf(1), atEnd].reduce(withStack, figures) };
  expect(await keep(file, { scale })).toEqual({ ...part, scale });
  expect(await keptIn(file)).toEqual({ ...part, scale });
  const sizes = scale.figures.map(({ services, pods, first }) => [services, pods, first]);
  expect(sizes).toEqual([
    [1, 1, 80.06],
    [10, 1, 3],
    [10, 1, 7],
    [500, 1, 80.06],
    [1, 2000, 80.06],
  ]);
});

test("counts watches of namespaces and objects, not those of nodes and controllers", () => {
  const line = (verb: string, scope: string, resource: string, value: number) =>
    `apiserver_longrunning_requests{component="apiserver",group="",resource="${resource}",scope="${scope}",subresource="",verb="${verb}",version="v1"} ${value}`;
  const metrics = [
    "# TYPE apiserver_longrunning_requests gauge",
    line("WATCH", "namespace", "pods", 3),
    line("WATCH", "resource", "deployments", 2),
    line("WATCH", "cluster", "pods", 40),
    line("WATCH", "resource", "configmaps", 50),
    line("CONNECT", "resource", "pods", 7),
    'apiserver_current_inflight_requests{request_kind="readOnly"} 100',
  ].join("\n");
  expect(countWatches(metrics)).toBe(5);
});

test("counts the lists of namespaces and their bytes, not those of controllers", () => {
  const labels = (verb: string, scope: string, resource: string) =>
    `{component="apiserver",group="",resource="${resource}",scope="${scope}",subresource="",verb="${verb}",version="v1"}`;
  const metrics = [
    `apiserver_request_total${labels("LIST", "namespace", "pods")} 4`,
    `apiserver_request_total${labels("LIST", "namespace", "events")} 3`,
    `apiserver_request_total${labels("LIST", "cluster", "pods")} 90`,
    `apiserver_request_total${labels("GET", "namespace", "pods")} 50`,
    `apiserver_response_sizes_sum${labels("LIST", "namespace", "pods")} 1.5e+06`,
    `apiserver_response_sizes_sum${labels("LIST", "cluster", "pods")} 9e+09`,
  ].join("\n");
  expect(countLists(metrics)).toEqual({ lists: 7, listBytes: 1_500_000 });
});

test("takes the stack's Kubernetes objects, the namespace first, and moves them elsewhere", () => {
  const deployment = {
    kind: "Deployment",
    metadata: { name: "shop", namespace: "old" },
    spec: { replicas: 2, template: { spec: { containers: [{ name: "shop", image: "old@sha" }] } } },
  };
  const namespace = {
    kind: "Namespace",
    metadata: { name: "old", labels: { level: "restricted" } },
  };
  const state = JSON.stringify({
    deployment: {
      resources: [
        { type: "pulumi:pulumi:Stack" },
        { type: "pulumi:providers:kubernetes", inputs: { kubeconfig: "…" } },
        { type: "kubernetes:apps/v1:Deployment", inputs: deployment },
        { type: "kubernetes:core/v1:Namespace", inputs: namespace },
        { type: RESOURCES.Readiness, inputs: { kind: "none" } },
      ],
    },
  });
  expect(manifestsOf(state)).toEqual([namespace, deployment]);
  expect(manifestsOf(state).map((manifest) => moved(manifest, "new", "new:1"))).toEqual([
    { kind: "Namespace", metadata: { name: "new", labels: { level: "restricted" } } },
    {
      kind: "Deployment",
      metadata: { name: "shop", namespace: "new" },
      spec: { replicas: 2, template: { spec: { containers: [{ name: "shop", image: "new:1" }] } } },
    },
  ]);
});
