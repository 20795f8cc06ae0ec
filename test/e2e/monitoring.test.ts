// Proves with the real operator and a real Prometheus, which scrapes every 2 s here, that scrapes, rules and alerts are what a release
// says of them. It cannot prove Grafana, Alertmanager, or how long a cluster's own Prometheus takes to read what is new.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { KubernetesObject } from "@kubernetes/client-node";
import { execa } from "execa";
import { stringify } from "yaml";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { ensureExtras, extras } from "../../tools/platform/additions.ts";
import { MONITORED } from "../../tools/platform/monitoring.ts";
import { stopNetworkPolicies } from "../../tools/platform/network-policies.ts";
import { promtool } from "../../tools/platform/promtool.ts";
import { cluster } from "../../testbed/cluster.ts";
import { CONFIG_MAP, DEPLOYMENT, type Kind } from "../../testbed/kinds.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { Project } from "../../testbed/project.ts";
import { promptTargets } from "../../testbed/prompt-targets.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { Ends } from "../support/ends.ts";
import { measuredTests } from "../support/measured-cases.ts";

const PROMETHEUS = "http://prometheus.monitoring:9090";
const PROXY = "/api/v1/namespaces/monitoring/services/http:prometheus:9090/proxy";
const API = "monitoring.coreos.com/v1";

interface Rules extends KubernetesObject {
  readonly spec: {
    readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
  };
}
interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly labels?: Readonly<Record<string, string>>;
}
const RULE: Kind<Rules> = { apiVersion: API, kind: "PrometheusRule" };
const MONITOR: Kind<KubernetesObject> = { apiVersion: API, kind: "PodMonitor" };

let project: Project;
const ends = new Ends();

const small = { ...shop, replicas: 1 };
const metrics = { path: "/metrics", waitSeconds: 60 };
const errors = 'http_requests_total{status=~"5.."}';
const SHOP = {
  ...shop,
  metrics: { ...metrics, required: true },
  objective: { available: 99.9, p99: "300ms", errors },
};
/** Each has a fault of its own. */
const FAULTY = {
  // Its network policy lets in the pods of its own namespace alone.
  closed: {
    ...small,
    metrics: { ...metrics, waitSeconds: 20 },
    allow: ["network"],
    patches: { networkPolicy: { spec: { ingress: [{ from: [{ podSelector: {} }] }] } } },
  },
  misplaced: { ...small, metrics: { ...metrics, path: "/nothing", waitSeconds: 20 } },
};

const settings = (services: object, labels: object = MONITORED) =>
  project.settings({ prometheus: PROMETHEUS, monitoring: { labels }, services });

/** An hour of 2 % failures and slow answers, as promtool plays it, and the alerts that then fire; and one in which all is well. */
function burning(namespace: string) {
  const job = `namespace="${namespace}",job="${namespace}/shop"`;
  const bucket = (le: string, each: number) => ({
    series: `http_request_duration_seconds_bucket{${job},le="${le}"}`,
    values: `0+${each}x120`,
  });
  const seriesOf = (failed: number, fast: number) => [
    { series: `up{${job},pod="a"}`, values: "1x120" },
    { series: `http_requests_total{${job},status="200"}`, values: `0+${1000 - failed}x120` },
    { series: `http_requests_total{${job},status="500"}`, values: `0+${failed}x120` },
    bucket("0.25", fast),
    bucket("0.5", 1000),
    bucket("+Inf", 1000),
  ];
  const firing = (windows: readonly (readonly [severity: string, window: string])[]) =>
    ["SlipwayErrorBudgetBurn", "SlipwayLatencyBudgetBurn"].flatMap((name) =>
      windows.map(([severity, window]) => ({
        labels: `{alertname="${name}",severity="${severity}",window="${window}"}`,
        value: 1,
      })),
    );
  const caseOf = (failed: number, fast: number, samples: readonly object[]) => ({
    interval: "1m",
    input_series: seriesOf(failed, fast),
    promql_expr_test: [
      {
        expr: 'count by (alertname, severity, window) (ALERTS{alertstate="firing"})',
        eval_time: "70m",
        exp_samples: samples,
      },
    ],
  });
  const all = firing([
    ["critical", "1h"],
    ["critical", "6h"],
    ["warning", "1d"],
    ["warning", "3d"],
  ]);
  return {
    rule_files: ["rules.yaml"],
    evaluation_interval: "1m",
    tests: [caseOf(20, 500, all), caseOf(0, 999, [])],
  };
}

const recordOf = async (name: string): Promise<ReleaseRecord | undefined> =>
  (await project.outputs<{ releases: Record<string, ReleaseRecord> }>()).releases[name];

const asked = async (query: string): Promise<Readonly<Record<string, string>>[]> => {
  const text = await kubectl([
    "get",
    "--raw",
    `${PROXY}/api/v1/query?query=${encodeURIComponent(query)}`,
  ]);
  const { data } = JSON.parse(text) as {
    data: { result: { metric: Readonly<Record<string, string>> }[] };
  };
  return data.result.map(({ metric }) => metric);
};

/** An alert of the service beside those that Slipway writes. */
const alertOf = (name: string, expr: string) => ({
  apiVersion: API,
  kind: "PrometheusRule",
  metadata: { namespace: project.namespace, name: name.toLowerCase(), labels: MONITORED },
  spec: {
    groups: [
      {
        name: name.toLowerCase(),
        rules: [
          { alert: name, expr, labels: { namespace: project.namespace, service: "shop" } },
          { record: "story_loaded", expr: "vector(1)", labels: { loaded: name } },
        ],
      },
    ],
  },
});

/** Waits until Prometheus evaluates the rules of an alert. */
async function loaded(name: string): Promise<void> {
  const end = Date.now() + 30_000;
  while ((await asked(`story_loaded{loaded="${name}"}`)).length === 0) {
    expect(Date.now()).toBeLessThan(end);
    await sleep(500);
  }
}

beforeAll(async () => {
  if ((await extras["network-policies"].state()) === undefined) {
    ends.push(stopNetworkPolicies);
  }
  await ensureExtras("network-policies", "monitoring");
  project = await Project.create("monitoring");
  ends.push(() => project.dispose());
  ends.push(promptTargets());
});
afterAll(async () => {
  expect(await ends.failures()).toEqual([]);
});

test("a release that requires its scrape fails where nobody selects its monitor, with the label that is missing, and keeps its pods", async () => {
  const hurried = { ...SHOP, metrics: { ...SHOP.metrics, waitSeconds: 4 } };
  await settings({ shop: hurried }, { release: "another" });
  const { exitCode, output } = await project.up();
  expect(exitCode).not.toBe(0);
  const selects = (kind: string, selector: string) =>
    `no Prometheus selects ${kind} shop: prometheus monitoring/platform selects by ${selector} release=platform, which it has not; set slipway:monitoring.labels`;
  expect(output).toContain(`2 of 2 pods: ${selects("podmonitor", "podMonitorSelector")}`);
  const record = await recordOf("shop");
  expect(record).toMatchObject({ verdict: "failed", reason: "not-scraped", running: null });
  expect(record?.evidence?.notes.join("\n")).toContain(
    `rules-not-loaded: Prometheus ${PROMETHEUS} does not evaluate the rules of shop: ${selects("prometheusrule", "ruleSelector")}`,
  );
  const { status } = await cluster.get(DEPLOYMENT, project.namespace, "shop");
  expect(status?.availableReplicas).toBe(2);
});

test("a release whose pods are scraped has no remark, and each one that is not has its cause", async () => {
  const before = await cluster.get(DEPLOYMENT, project.namespace, "shop");
  await settings({ shop: SHOP, ...FAULTY });
  await succeed(project.up());
  expect(await recordOf("shop")).toMatchObject({ verdict: "ready", warnings: [] });
  const after = await cluster.get(DEPLOYMENT, project.namespace, "shop");
  expect(after.metadata?.generation).toBe(before.metadata?.generation);

  const found = await Promise.all(Object.keys(FAULTY).map(recordOf));
  expect(found.map((record) => record?.verdict)).toEqual(["ready", "ready"]);
  const [closed, misplaced] = found.map((record) => record?.warnings.join("\n"));
  expect(closed).toContain(`not-scraped: Prometheus ${PROMETHEUS} has not scraped 1 of 1 pods: `);
  expect(closed).toMatch(/(deadline exceeded|connection refused).*network policy/);
  expect(misplaced).toMatch(/HTTP status 404 Not Found; set metrics\.path and metrics\.port/);
});

test("promtool accepts the rules and what steps measure, Prometheus evaluates them, and the release is a metric", async () => {
  const [rules, release] = await Promise.all(
    ["shop", "shop.release"].map((name) => cluster.get(RULE, project.namespace, name)),
  );
  const file = join(project.folder, "rules.yaml");
  const groups = [rules, release].flatMap((each) => each?.spec.groups ?? []);
  await writeFile(file, stringify({ groups }));
  const program = await promtool();
  const { stdout } = await execa(program, ["check", "rules", file]);
  expect(stdout).toMatch(/SUCCESS: \d+ rules found/);
  const tests = join(project.folder, "tests.yaml");
  await writeFile(tests, stringify(burning(project.namespace)));
  await execa(program, ["test", "rules", tests]);
  await writeFile(tests, stringify(measuredTests()));
  await execa(program, ["test", "rules", tests]);

  const alerts = groups.flatMap((group) => group.rules).flatMap(({ alert }) => alert ?? []);
  expect([...new Set(alerts)].sort()).toEqual([
    "SlipwayErrorBudgetBurn",
    "SlipwayErrorsUnknown",
    "SlipwayLatencyBudgetBurn",
    "SlipwayMetricsMissing",
    "SlipwayRequestsUnknown",
  ]);
  const record = await recordOf("shop");
  const metric = `slipway_release{namespace="${project.namespace}",service="shop"}`;
  let shown: Readonly<Record<string, string>>[] = [];
  const end = Date.now() + 30_000;
  while (shown.length === 0 && Date.now() < end) {
    await sleep(500);
    shown = await asked(metric);
  }
  const dirty = record?.dirty === true ? "-dirty" : "";
  expect(shown).toMatchObject([
    { commit: `${record?.commit ?? ""}${dirty}`, digest: record?.digest, verdict: "ready" },
  ]);
  const dashboard = await cluster.get(CONFIG_MAP, project.namespace, "shop.dashboard");
  expect(dashboard.metadata?.labels).toMatchObject({ grafana_dashboard: "1" });
  expect(Object.values(dashboard.data ?? {}).map((text) => typeof JSON.parse(text))).toEqual([
    "object",
  ]);
  await succeed(project.up("--expect-no-changes"));
});

test("an alert that begins with the rollout fails the release, which is taken back; one that held before does not count", async () => {
  const young = `time() - process_start_time_seconds{job="${project.namespace}/shop"} < 45`;
  await cluster.create(alertOf("HeldBefore", "vector(1)"));
  await loaded("HeldBefore");
  const watched = { ...SHOP, settleSeconds: 8, watch: { alerts: true } };
  await settings({ shop: watched });
  await succeed(project.up());
  const ready = await recordOf("shop");
  expect(ready?.verdict).toBe("ready");
  expect(ready?.warnings.join("\n")).toMatch(
    /alert HeldBefore fires; it has held since \S+, before the rollout began, and does not count/,
  );

  await cluster.create(alertOf("ShopIsYoung", young));
  await loaded("ShopIsYoung");
  await settings({ shop: { ...watched, env: { A: "1" } } });
  const failed = await project.up();
  expect(failed.exitCode).not.toBe(0);
  const record = await recordOf("shop");
  expect(record).toMatchObject({ verdict: "failed", reason: "alert-fired" });
  expect(record?.evidence?.message).toMatch(/^alert ShopIsYoung .*after the rollout began/);
  expect(record?.running).toMatchObject({ manifestHash: ready?.manifestHash, verdict: "ready" });
  const { spec } = await cluster.get(RULE, project.namespace, "shop.release");
  const verdicts = spec.groups.flatMap(({ rules }) =>
    rules.map(({ labels }) => labels?.["verdict"]),
  );
  expect(verdicts).toEqual(["failed", "ready"]);
  expect(await cluster.find(MONITOR, project.namespace, "shop")).toBeDefined();
});
