// Proves what is written of a service's metrics, and what is asked and said of Prometheus' answers. Cannot prove that an operator and a
// Prometheus take it so: test/e2e/monitoring.test.ts does.
import { dashboardManifest } from "../../components/manifests/dashboard.ts";
import { containerManifest } from "../../components/manifests/container.ts";
import { networkPolicyManifest } from "../../components/manifests/network-policy.ts";
import { podMonitorManifest } from "../../components/manifests/pod-monitor.ts";
import { prometheusRuleManifest } from "../../components/manifests/prometheus-rule.ts";
import { releaseRuleManifest, UNJUDGED_RELEASE } from "../../components/manifests/release-rule.ts";
import { workloadHash, workloadManifests } from "../../components/manifests/workload.ts";
import { kindsFault } from "../../components/require-kinds.ts";
import { parseSelector } from "../../components/service/objective.ts";
import type { Service, ServiceDefinition } from "../../components/service-definition.ts";
import { watchedOf } from "../../components/watched-release.ts";
import { complete } from "../../components/complete-service.ts";
import { prometheusFault, prometheusService } from "../../contract/prometheus-address.ts";
import { removeFolders } from "../support/folder.ts";
import { IMAGE, service } from "../support/definitions.ts";
import { MONITORED } from "../support/monitored.ts";
import { settingFaults, settingsOf, VALID } from "../support/stack-config.ts";

afterAll(removeFolders);

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const PROMETHEUS = {
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } },
  podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } },
};
const openingsOf = (subject: Service) =>
  (plain(networkPolicyManifest(subject)) as { spec: { ingress: object[] } }).spec.ingress;

/** The faults of a service with these keys, in a stack with these, a line each. */
function faults(keys: object, stack: object = {}): string[] {
  const shop = { build: { context: "shop" }, port: 8080, ...keys };
  const found = settingFaults({ ...VALID, ...stack, services: { shop } });
  return found.map((line) => line.replace("slipway:services.shop", ""));
}

/** The service of a stack's settings, as the program has it. */
function parsed(settings: object): Service {
  const { services } = settingsOf({ ...VALID, ...settings });
  const place = { name: "shop", namespace: "store", version: "1", pullSecret: undefined };
  return complete(place, services["shop"] as ServiceDefinition);
}

describe("a service without metrics", () => {
  test("has no key, no object and no question of them", () => {
    expect(
      Object.keys(service()).filter((key) => /metrics|objective|watch|monitor/.test(key)),
    ).toEqual([]);
    expect(Object.keys(workloadManifests(service(), IMAGE))).not.toContain("podMonitor");
    expect(releaseRuleManifest(service(), UNJUDGED_RELEASE)).toBeUndefined();
    expect(watchedOf(service())).toEqual({});
    const stack = { prometheus: MONITORED.prometheus, monitoring: MONITORED.monitoring };
    expect(workloadHash(parsed({ ...VALID, ...stack }), IMAGE)).toBe(
      workloadHash(parsed(VALID), IMAGE),
    );
  });
});

describe("the PodMonitor", () => {
  test("scrapes the port that the service answers on, where nothing else is said", () => {
    const monitoring = { labels: { release: "stack" } };
    expect(plain(podMonitorManifest(service({ metrics: "/metrics", monitoring })))).toEqual({
      apiVersion: "monitoring.coreos.com/v1",
      kind: "PodMonitor",
      metadata: {
        name: "shop",
        namespace: "store",
        labels: {
          release: "stack",
          "app.kubernetes.io/name": "shop",
          "app.kubernetes.io/instance": "shop",
          "app.kubernetes.io/part-of": "store",
          "app.kubernetes.io/managed-by": "slipway",
          "app.kubernetes.io/version": "0123abcd",
        },
        annotations: { "pulumi.com/patchForce": "true" },
      },
      spec: {
        selector: { matchLabels: { "app.kubernetes.io/name": "shop" } },
        podMetricsEndpoints: [{ port: "http", path: "/metrics" }],
      },
    });
  });

  test.each<[string, Partial<ServiceDefinition>, object]>([
    ["the port called metrics", { ports: { metrics: 9090 } }, { port: "metrics" }],
    [
      "a port by its name",
      { ports: { admin: 9091, metrics: 9090 }, metrics: { path: "/m", port: "admin" } },
      { port: "admin", path: "/m" },
    ],
    [
      "a port by its number",
      { ports: { admin: { port: 9091 } }, metrics: { path: "/m", port: 9091 } },
      { port: "admin" },
    ],
    ["the service's port by its number", { metrics: { path: "/m", port: 8080 } }, { port: "http" }],
    ["a number that is no port", { metrics: { path: "/m", port: 9394 } }, { port: "metrics" }],
    [
      "TLS and an interval",
      { metrics: { path: "/m", scheme: "https", interval: 15 } },
      { scheme: "https", interval: "15s" },
    ],
  ])("scrapes %s", (_, keys, endpoint) => {
    const manifest = podMonitorManifest(service({ metrics: "/metrics", ...keys }));
    expect(manifest?.spec.podMetricsEndpoints).toEqual([expect.objectContaining(endpoint)]);
  });

  test("has a number that is no other port as a port of the container, out of the Service, for Prometheus alone", () => {
    const subject = service({ metrics: { path: "/metrics", port: 9394 } });
    expect(plain(containerManifest(subject, IMAGE))).toMatchObject({
      ports: [
        { name: "http", containerPort: 8080, protocol: "TCP" },
        { name: "metrics", containerPort: 9394, protocol: "TCP" },
      ],
    });
    expect(plain(workloadManifests(subject, IMAGE).service?.spec)).toMatchObject({
      ports: [{ port: 80 }],
    });
    expect(openingsOf(subject)).toEqual([
      { ports: [{ port: "http", protocol: "TCP" }] },
      { from: [PROMETHEUS], ports: [{ port: "metrics", protocol: "TCP" }] },
    ]);
  });

  test("opens a port that not everybody may reach to Prometheus, and leaves one alone that everybody may", () => {
    const ports = { metrics: { port: 9090, from: [{ pods: { app: "a" } }] } };
    const monitoring = { namespace: "obs", pods: { app: "prom" } };
    expect(openingsOf(service({ metrics: "/metrics", ports, monitoring }))[1]).toEqual({
      from: [
        { podSelector: { matchLabels: { app: "a" } } },
        {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "obs" } },
          podSelector: { matchLabels: { app: "prom" } },
        },
      ],
      ports: [{ port: "metrics", protocol: "TCP" }],
    });
    expect(openingsOf(service({ metrics: "/metrics" }))).toEqual(openingsOf(service()));
  });

  test("lets in the namespace of the Service that answers as Prometheus, where no other is named", () => {
    const prometheus = "http://prom.observability.svc:9090";
    const subject = service({
      metrics: { path: "/metrics", port: 9394 },
      monitoring: { prometheus },
    });
    expect(JSON.stringify(openingsOf(subject))).toContain('"observability"');
  });
});

describe("the rules", () => {
  const objective = { available: 99.9, p99: "300ms" };
  const rulesOf = (keys: Partial<ServiceDefinition>) =>
    prometheusRuleManifest(service({ metrics: "/metrics", ...keys }))?.spec.groups[0]?.rules ?? [];
  const OWN = 'namespace="store",job="store/shop"';

  test("record the share of failures for each window, and burn at four rates", () => {
    const rules = rulesOf({ objective: { available: 99.9 } });
    const records = rules.flatMap((rule) => ("record" in rule ? [rule.record] : []));
    expect(records).toEqual([
      "slipway_rules",
      ...["5m", "30m", "1h", "2h", "6h", "1d", "3d"].map(
        (window) => `slipway:request_errors:ratio_rate${window}`,
      ),
    ]);
    expect(rules.find((rule) => "record" in rule && rule.record.endsWith("rate5m"))).toEqual({
      record: "slipway:request_errors:ratio_rate5m",
      expr: `(sum(rate(http_requests_total{${OWN},code=~"5.."}[5m])) or vector(0)) / sum(rate(http_requests_total{${OWN}}[5m]))`,
      labels: { namespace: "store", service: "shop" },
    });
    const burns = rules.filter((rule) => "alert" in rule && rule.alert.endsWith("BudgetBurn"));
    const series = '{namespace="store",service="shop"}';
    const ratio = (window: string) => `slipway:request_errors:ratio_rate${window}${series}`;
    expect(burns.map(({ expr, labels }) => [labels["severity"], expr])).toEqual([
      ["critical", `${ratio("1h")} > (14.4 * 0.001) and ${ratio("5m")} > (14.4 * 0.001)`],
      ["critical", `${ratio("6h")} > (6 * 0.001) and ${ratio("30m")} > (6 * 0.001)`],
      ["warning", `${ratio("1d")} > (3 * 0.001) and ${ratio("2h")} > (3 * 0.001)`],
      ["warning", `${ratio("3d")} > (1 * 0.001) and ${ratio("6h")} > (1 * 0.001)`],
    ]);
  });

  test("compare a lower quantile where more requests may be slow", () => {
    const rules = rulesOf({ objective: { p99: "1.5s" } });
    const burns = rules.filter((rule) => "alert" in rule && rule.alert.endsWith("BudgetBurn"));
    const quantile = (at: string, window: string) =>
      `histogram_quantile(${at}, sum by (le) (rate(http_request_duration_seconds_bucket{${OWN}}[${window}]))) > 1.5`;
    expect(burns.map(({ expr }) => expr)).toEqual([
      `${quantile("0.856", "1h")} and ${quantile("0.856", "5m")}`,
      `${quantile("0.94", "6h")} and ${quantile("0.94", "30m")}`,
      `${quantile("0.97", "1d")} and ${quantile("0.97", "2h")}`,
      `${quantile("0.99", "3d")} and ${quantile("0.99", "6h")}`,
    ]);
  });

  test("alert on what would have them never alert: no scrape, no request, no label of failures", () => {
    const silent = rulesOf({ objective }).flatMap((rule) => {
      return "alert" in rule && !rule.alert.endsWith("BudgetBurn") ? [[rule.alert, rule.expr]] : [];
    });
    const up = `up{${OWN}}`;
    const all = `http_requests_total{${OWN}`;
    expect(silent).toEqual([
      ["SlipwayMetricsMissing", `absent(${up} == 1)`],
      ["SlipwayRequestsUnknown", `absent(${all}}) and on () (count(${up} == 1) > 0)`],
      ["SlipwayErrorsUnknown", `count(${all}}) unless count(${all},code!=""})`],
    ]);
  });

  test("have a version that changes with them, and with nothing else", () => {
    const versionOf = (keys: Partial<ServiceDefinition>) =>
      watchedOf(
        service({
          metrics: "/metrics",
          monitoring: { prometheus: MONITORED.prometheus },
          ...keys,
        }),
      ).monitoring?.rules;
    expect(versionOf({ objective })).toMatch(/^[0-9a-f]{10}$/);
    expect(versionOf({ objective, env: { A: "1" } })).toBe(versionOf({ objective }));
    expect(versionOf({ objective: { available: 99.5 } })).not.toBe(versionOf({ objective }));
    expect(versionOf({})).toBeUndefined();
  });

  test("show a release after its verdict, and what was restored in its place, without a change of the hash", () => {
    const subject = service({ metrics: "/metrics" });
    const failed = {
      ...UNJUDGED_RELEASE,
      ...{ commit: "abc", dirty: true, digest: "sha256:1", verdict: "failed" as const },
      running: {
        ...{ commit: "def", image: "", digest: "sha256:0", manifestHash: "", replicaSet: "" },
        ...{ verdict: "ready" as const, reason: null, pods: [] },
      },
    };
    const manifest = releaseRuleManifest(subject, failed);
    expect(manifest?.metadata.name).toBe("shop.release");
    const owner = { namespace: "store", service: "shop" };
    expect(manifest?.spec.groups[0]?.rules).toEqual([
      {
        record: "slipway_release",
        expr: "vector(1)",
        labels: { ...owner, commit: "abc-dirty", digest: "sha256:1", verdict: "failed" },
      },
      {
        record: "slipway_release",
        expr: "vector(1)",
        labels: { ...owner, commit: "def", digest: "sha256:0", verdict: "ready" },
      },
    ]);
    expect(JSON.stringify(workloadManifests(subject, IMAGE))).not.toContain("shop.release");
  });
});

describe("the dashboard", () => {
  test("is a ConfigMap that Grafana's sidecar finds, with each release as an annotation", () => {
    const manifest = dashboardManifest(
      service({ metrics: "/metrics", objective: { available: 99.9 } }),
    );
    expect(manifest?.metadata).toMatchObject({
      name: "shop.dashboard",
      labels: { grafana_dashboard: "1" },
    });
    const board = JSON.parse(manifest?.data["store-shop.json"] ?? "") as {
      readonly annotations: { readonly list: readonly { readonly expr: string }[] };
      readonly panels: readonly { readonly title: string }[];
    };
    const release = 'slipway_release{namespace="store",service="shop"}';
    expect(board.annotations.list.map(({ expr }) => expr)).toEqual([
      `${release} unless ${release} offset 2m`,
    ]);
    expect(board.panels.map(({ title }) => title)).toEqual([
      "Requests",
      "Requests that failed",
      "Time of 99 % of the requests",
      "Pods that are scraped",
      "Releases",
    ]);
  });

  test("has the labels that the settings give it, or is left out", () => {
    const of = (dashboard: object | false) =>
      dashboardManifest(service({ metrics: "/metrics", monitoring: { dashboard } }));
    const annotations = { grafana_folder: "shops" };
    expect(of({ labels: { board: "yes" }, annotations })?.metadata).toMatchObject({
      labels: { board: "yes" },
      annotations,
    });
    expect(of({ labels: { board: "yes" } })?.metadata.labels).not.toHaveProperty(
      "grafana_dashboard",
    );
    expect(of(false)).toBeUndefined();
  });
});

describe("the settings", () => {
  test("take every key, and hand the cluster's monitoring to the services that use it", () => {
    const plainShop = { build: { context: "shop" }, port: 1 };
    const settings = { ...MONITORED, services: { ...MONITORED.services, plain: plainShop } };
    const { services } = settingsOf({ ...VALID, ...settings });
    const { shop } = MONITORED.services;
    const { metrics, objective, watch } = shop;
    expect(services["shop"]).toMatchObject({
      ...{ metrics, objective, watch },
      monitoring: { ...MONITORED.monitoring, prometheus: MONITORED.prometheus },
    });
    expect(services["plain"]).not.toHaveProperty("monitoring");
    expect(watchedOf(parsed(MONITORED))).toEqual({
      monitoring: {
        prometheus: MONITORED.prometheus,
        namespace: "monitoring",
        scrape: { monitor: "shop", port: "metrics", waitSeconds: 60 },
        rules: expect.stringMatching(/^[0-9a-f]{10}$/) as string,
        blind: {
          metric: "http_requests_total",
          label: "status",
          expression: expect.stringContaining("unless") as string,
        },
        alerts: ["ShopIsBroken"],
        required: true,
      },
    });
  });

  test("have nothing proved where nobody has said where Prometheus answers", () => {
    const services = { shop: { build: { context: "shop" }, port: 1, metrics: "/metrics" } };
    expect(watchedOf(parsed({ services }))).toEqual({});
  });

  test.each<[string, object, string]>([
    [
      "a port that is not there",
      { metrics: { path: "/m", port: "admin" } },
      '.metrics.port: got "admin"; allowed: the name of one of the service\'s ports, or a number; it has http; add it to ports, or write the number',
    ],
    [
      "no port",
      { port: undefined, metrics: "/metrics" },
      ".metrics: needs a port; allowed: with port, with a port called metrics among ports, or with metrics.port; set metrics: {path, port}",
    ],
    [
      "a number whose name is taken",
      { ports: { metrics: 9090 }, metrics: { path: "/m", port: 9091 } },
      ".metrics.port: got 9091; allowed: the number of ports.metrics, because a port is called metrics already; set port: metrics, or rename that one",
    ],
    [
      "a UDP port",
      { ports: { stats: { port: 8125, protocol: "UDP" } }, metrics: { path: "/m", port: "stats" } },
      '.metrics.port: got "stats"; allowed: a port for TCP; Prometheus scrapes no other',
    ],
    [
      "a schedule",
      { port: undefined, schedule: { cron: "0 3 * * *" }, metrics: { path: "/m", port: 1 } },
      '.metrics: got {"path":"/m","port":1}; allowed: for a service whose pods go on running, and those of a schedule end; remove it, or push metrics',
    ],
    [
      "a path without a slash",
      { metrics: "metrics" },
      '.metrics: got "metrics"; allowed: a path such as /metrics',
    ],
    [
      "an objective without metrics",
      { objective: { available: 99 } },
      ".objective: needs metrics; allowed: with metrics, by which it is measured; set metrics to a path such as /metrics",
    ],
    [
      "an objective that promises nothing",
      { metrics: "/m", objective: {} },
      ".objective: promises nothing; allowed: available, p99 or both; set one of them",
    ],
    [
      "all requests promised",
      { metrics: "/m", objective: { available: 100 } },
      ".objective.available: got 100; allowed: percent of the requests, at least 94 and less than 100, such as 99.9",
    ],
    [
      "a duration without a unit",
      { metrics: "/m", objective: { p99: "300" } },
      '.objective.p99: got "300"; allowed: a duration such as 300ms or 1.5s',
    ],
    [
      "an expression in the place of a metric",
      { metrics: "/m", objective: { available: 99, requests: "sum(a)" } },
      '.objective.requests: got "sum(a)"; allowed: a metric, with matchers in braces as needed, such as http_requests_total or http_requests_total{handler!="/healthz"}',
    ],
    [
      "a histogram without its buckets",
      { metrics: "/m", objective: { p99: "1s", durations: "http_seconds" } },
      '.objective.durations: got "http_seconds"; allowed: a metric, with matchers in braces as needed, such as http_request_duration_seconds_bucket',
    ],
    [
      "alerts that nobody is asked about",
      { watch: { alerts: true } },
      ".watch.alerts: needs Prometheus to be asked; allowed: with slipway:prometheus; set it to its URL, such as http://prometheus.monitoring:9090, or remove this",
    ],
    [
      "a required scrape that nobody is asked about",
      { metrics: { path: "/m", required: true } },
      ".metrics.required: needs Prometheus to be asked; allowed: with slipway:prometheus; set it to its URL, such as http://prometheus.monitoring:9090, or remove this",
    ],
  ])("refuse %s", (_, keys, line) => {
    expect(faults(keys)).toEqual([line]);
  });

  test("refuse alerts without a time for which they are watched", () => {
    const { prometheus } = MONITORED;
    expect(faults({ settleSeconds: 0, watch: { alerts: ["A"] } }, { prometheus })).toEqual([
      '.watch.alerts: got ["A"]; allowed: with settleSeconds above 0, for which alerts are watched; raise settleSeconds',
    ]);
  });

  test.each([
    ["prometheus.monitoring:9090", "a URL such as http://prometheus.monitoring:9090"],
    ["ftp://prometheus", "a URL such as http://prometheus.monitoring:9090"],
    ["https://me:secret@prometheus.example.com", "a URL without a user and a password"],
    ["https://prometheus.example.com/?a=b", "a URL without a query"],
  ])("refuse %s as the address of Prometheus", (address, allowed) => {
    expect(prometheusFault(address)).toContain(allowed);
    expect(settingFaults({ ...VALID, prometheus: address })).toHaveLength(1);
  });
});

test.each<[string, ReturnType<typeof prometheusService>]>([
  [
    "http://prometheus.monitoring:9090",
    { namespace: "monitoring", name: "http:prometheus:9090", path: "" },
  ],
  ["https://p.obs.svc/prom/", { namespace: "obs", name: "https:p:443", path: "/prom" }],
  ["http://p.obs.svc.cluster.local", { namespace: "obs", name: "http:p:80", path: "" }],
  ["https://prometheus.example.com", undefined],
  ["https://prometheus.example.:9090", undefined],
  ["http://10.0.0.1:9090", undefined],
  ["http://localhost:9090", undefined],
])("%s is a Service of the cluster only by its name", (address, expected) => {
  expect(prometheusFault(address)).toBeUndefined();
  expect(prometheusService(address)).toEqual(expected);
});

test.each<[string, readonly string[] | undefined]>([
  ["a_total", []],
  ['a{b="c",d=~"5.."}', ['b="c"', 'd=~"5.."']],
  ['a{ b = "x,}\\"" }', ['b = "x,}\\""']],
  ["a{}", []],
  ["a{b}", undefined],
  ['a{b="c"} or b', undefined],
  ['{b="c"}', undefined],
  ["a[5m]", undefined],
  [`a{b="${"x".repeat(600)}"}`, undefined],
])("%s is read as a metric and its matchers", (text, matchers) => {
  expect(parseSelector(text)?.matchers).toEqual(matchers);
});

test("a cluster without the operator's kinds is named before anything is made", () => {
  const kind = (name: string) => ({
    apiVersion: "monitoring.coreos.com/v1",
    ...{ kind: name, resource: "", namespaced: true },
  });
  expect(kindsFault("metrics", [kind("PodMonitor"), kind("PrometheusRule")])).toBeUndefined();
  expect(kindsFault("metrics", [kind("PodMonitor")])).toMatch(
    /^the cluster does not serve PrometheusRule of monitoring\.coreos\.com\/v1; have an administrator install the Prometheus operator/,
  );
  expect(kindsFault("metrics", [])).toContain("PodMonitor and PrometheusRule");
});
