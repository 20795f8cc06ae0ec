// Checks the bench's arithmetic and what it makes of recorded texts. Cannot prove a single figure:
// those come from `npm run bench` alone.
import { moved } from "../../bench/by-hand.ts";
import { median } from "../../bench/chain.ts";
import { manifestsOf } from "../../bench/manifests.ts";
import { compare, report } from "../../bench/report.ts";
import { countWatches } from "../../bench/watches.ts";
import { RESOURCES } from "../../contract/tokens.ts";

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

test("reports what was measured, where and when, and which target was missed", () => {
  const page = report({
    command: "npm run bench -- --rounds 5",
    date: new Date("2026-11-21T23:59:00Z"),
    machine: {
      processors: "2 × Some CPU",
      memory: "24 GiB",
      kernel: "6.18",
      node: "v24.21.0",
      kubernetes: "v1.34.3",
      load: "0.10",
    },
    rounds: 5,
    chain,
    scale: [{ services: 50, preview: 6.04, first: 80.06, nothing: 9, watches: 6 }],
  });
  expect(page).toContain("`npm run bench -- --rounds 5`, 2026-11-21");
  expect(page).toContain("| kubernetes | v1.34.3 |");
  expect(page).toContain("| source change | 12.0 | 9.0 | 1.33 | ≤ 1.3 | **missed** |");
  expect(page).toContain("| 50 | 6.0 | 80.1 | 9.0 | 6 |");
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
