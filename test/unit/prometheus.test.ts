// Proves what is asked of a Prometheus, and what is said of its answers, against answers that a test writes. That a real one answers so is
// proved by test/e2e/monitoring.test.ts.
import type { ServerResponse } from "node:http";

import type { ReadinessInputs } from "../../contract/readiness.ts";
import { AlertLook, type AlertedRelease } from "../../provider/monitoring/alert-look.ts";
import { firingAlerts } from "../../provider/monitoring/alerts.ts";
import { scrapeCause } from "../../provider/monitoring/scrape-error.ts";
import { provedScrapes } from "../../provider/monitoring/scrape-proof.ts";
import { type PrometheusResource, selectionFault } from "../../provider/monitoring/selection.ts";
import { Prometheus, PrometheusError, type Sample } from "../../provider/prometheus.ts";
import type { Cluster } from "../../provider/cluster.ts";
import { KnownSecrets } from "../../provider/known-secrets.ts";
import type { Failed, Verdict } from "../../provider/verdict/finding.ts";
import { type Pod, UNSEEN } from "../../provider/verdict/objects.ts";
import { LocalServer } from "../support/local-server.ts";
import { argoRollout, observedRollout } from "../support/rollout-objects.ts";

const { signal } = new AbortController();
const ADDRESS = "http://prometheus.monitoring:9090";

/** An answer to a query, in Prometheus' form. */
const vector = (...samples: readonly Sample[]): string =>
  JSON.stringify({
    status: "success",
    data: {
      resultType: "vector",
      result: samples.map(({ labels, value }) => ({ metric: labels, value: [1, String(value)] })),
    },
  });

describe("a Prometheus that is asked directly", () => {
  let server: LocalServer | undefined;
  const asked: { url?: string | undefined; authorization?: string | undefined }[] = [];
  const start = async (answer: (response: ServerResponse) => void): Promise<Prometheus> => {
    asked.length = 0;
    server = new LocalServer((request, response) => {
      asked.push({ url: request.url, authorization: request.headers.authorization });
      answer(response);
      return Promise.resolve();
    });
    return new Prometheus(`${await server.start()}/prom/`, { limited: never });
  };
  const never = () => Promise.reject(new Error("the API server is not asked"));
  afterEach(async () => {
    delete process.env["SLIPWAY_PROMETHEUS_TOKEN"];
    await server?.stop();
  });

  test("answers below the path of its URL, to a token if the environment has one", async () => {
    process.env["SLIPWAY_PROMETHEUS_TOKEN"] = "t0k3n";
    const prometheus = await start((response) =>
      response.end(vector({ labels: { pod: "a" }, value: 1 })),
    );
    expect(await prometheus.query('up{a="b"}', signal)).toEqual([
      { labels: { pod: "a" }, value: 1 },
    ]);
    expect(asked).toEqual([
      { url: "/prom/api/v1/query?query=up%7Ba%3D%22b%22%7D", authorization: "Bearer t0k3n" },
    ]);
  });

  test.each<[string, (response: ServerResponse) => void, RegExp]>([
    [
      "refuses a query",
      (response) => response.writeHead(400).end('{"status":"error","error":"bad\\u001b[2J query"}'),
      /does not answer: HTTP 400: bad query; check slipway:prometheus$/,
    ],
    ["is a page", (response) => response.end("<html>Sign in</html>"), /HTTP 200: <html>Sign in/],
    [
      "redirects to a sign-in, which is not followed",
      (response) => response.writeHead(302, { location: "/login" }).end(),
      /HTTP 302/,
    ],
    [
      "says more than anybody reads",
      (response) => response.end(" ".repeat(5 * 1024 * 1024)),
      /larger than 4194304 bytes/,
    ],
    ["hangs up", (response) => response.destroy(), /does not answer: /],
    [
      "has a form of its own",
      (response) => response.end('{"status":"success","data":{"resultType":"matrix","result":[]}}'),
      /HTTP 200/,
    ],
  ])("is an error if it %s", async (_, answer, message) => {
    const prometheus = await start(answer);
    const error = await prometheus.query("up", signal).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PrometheusError);
    expect((error as Error).message).toMatch(message);
    expect(asked).toHaveLength(1);
  });
});

test("a Service of the cluster is asked through the API server, and the right that is lacking is named", async () => {
  const paths: string[] = [];
  const limited = (path: string) => {
    paths.push(path);
    return Promise.resolve({ status: 403, text: '{"message":"services is forbidden"}' });
  };
  const error = await new Prometheus(ADDRESS, { limited })
    .query("up", signal)
    .catch((reason: unknown) => reason);
  expect(paths).toEqual([
    "/api/v1/namespaces/monitoring/services/http:prometheus:9090/proxy/api/v1/query",
  ]);
  expect((error as Error).message).toBe(
    `Prometheus ${ADDRESS} does not answer: HTTP 403: services is forbidden; allow services/proxy get on http:prometheus:9090 in monitoring`,
  );
});

describe("an object that the operator is to select", () => {
  const selected = {
    kind: "PodMonitor" as const,
    labels: { release: "stack", tier: "web" },
    namespace: "store",
    namespaceLabels: { team: "shop" },
  };
  const faultOf = (spec: PrometheusResource["spec"], more: object = {}) =>
    selectionFault(
      { metadata: { name: "k8s", namespace: "monitoring" }, ...(spec && { spec }) },
      { ...selected, ...more },
    );

  test.each<[string, NonNullable<PrometheusResource["spec"]>, string | undefined]>([
    ["everything is", { podMonitorSelector: {}, podMonitorNamespaceSelector: {} }, undefined],
    [
      "its labels are",
      {
        podMonitorSelector: {
          matchLabels: { release: "stack" },
          matchExpressions: [
            { key: "tier", operator: "In", values: ["web", "api"] },
            { key: "hidden", operator: "DoesNotExist" },
            { key: "release", operator: "NotIn", values: ["other"] },
            { key: "tier", operator: "Exists" },
          ],
        },
        podMonitorNamespaceSelector: { matchLabels: { team: "shop" } },
      },
      undefined,
    ],
    ["no selector is there", {}, "has no podMonitorSelector, and so selects none"],
    ["it is null", { podMonitorSelector: null }, "has no podMonitorSelector"],
    [
      "a label differs",
      { podMonitorSelector: { matchLabels: { release: "other" } } },
      "selects by podMonitorSelector release=other, which it has not; set slipway:monitoring.labels",
    ],
    [
      "an expression does not hold",
      {
        podMonitorSelector: {
          matchExpressions: [{ key: "tier", operator: "NotIn", values: ["web"] }],
        },
      },
      "selects by podMonitorSelector tier notin (web), which it has not",
    ],
    [
      "other namespaces are not looked at",
      { podMonitorSelector: {} },
      "has no podMonitorNamespaceSelector, and so selects none outside of its own namespace",
    ],
    [
      "the namespace has not the label",
      { podMonitorSelector: {}, podMonitorNamespaceSelector: { matchLabels: { team: "other" } } },
      "selects namespaces by podMonitorNamespaceSelector team=other, which namespace store has not",
    ],
  ])("is judged by the selectors: %s", (_, spec, fault) => {
    if (fault === undefined) {
      expect(faultOf(spec)).toBeUndefined();
    } else {
      expect(faultOf(spec)).toContain(`prometheus monitoring/k8s ${fault}`);
    }
  });

  test("is selected in the resource's own namespace, and where the namespace's labels may not be read", () => {
    expect(faultOf({ podMonitorSelector: {} }, { namespace: "monitoring" })).toBeUndefined();
    const spec = {
      podMonitorSelector: {},
      podMonitorNamespaceSelector: { matchLabels: { a: "b" } },
    };
    expect(faultOf(spec, { namespaceLabels: undefined })).toBeUndefined();
  });
});

test.each<[string, RegExp | undefined]>([
  ['Get "http://10.0.0.1:80/m": context deadline exceeded', /network policy .*monitoring/],
  ['Get "http://10.0.0.1:80/m": dial tcp: i/o timeout', /network policy/],
  ["dial tcp 10.0.0.1:80: connect: connection refused", /nothing listens on port web/],
  ["server returned HTTP status 404 Not Found", /set metrics\.path/],
  ["server returned HTTP status 401 Unauthorized", /wants to know who asks/],
  ["server returned HTTP status 302 Found", /is redirected/],
  ["server gave HTTP response to HTTPS client", /metrics\.scheme to http/],
  ['malformed HTTP response "\\x15\\x03\\x01"', /metrics\.scheme to https/],
  ["tls: failed to verify certificate: x509: certificate signed by unknown authority", /trust/],
  ['expected a valid start token, got "<"', /no metrics in Prometheus' format/],
  ["something new", undefined],
])("a scrape that failed with %s has its cause", (error, cause) => {
  const found = scrapeCause(error, { port: "web", namespace: "monitoring" });
  if (cause === undefined) {
    expect(found).toBeUndefined();
  } else {
    expect(found).toMatch(cause);
  }
});

const pod = (name: string, creationTimestamp = "2026-01-01T00:00:00Z"): Pod => ({
  metadata: { name, uid: name, namespace: "store", creationTimestamp },
  spec: {
    containers: [{ name: "shop", image: "", ports: [{ name: "http", containerPort: 1 }] }],
  },
});
const BORN = Date.parse("2026-01-01T00:00:00Z") / 1000;

describe("a release that is ready", () => {
  const monitoring = {
    prometheus: ADDRESS,
    namespace: "monitoring",
    scrape: { monitor: "shop", port: "http", waitSeconds: 1 },
  };
  const ready = {
    kind: "ready" as const,
    replicaSet: "shop-1",
    pods: ["shop-a", "shop-b"].map((name) => ({ name, imageID: "" })),
  };
  const pods = [pod("shop-a"), pod("shop-b"), pod("shop-old")];
  /** What Prometheus and the API server answer, by a part of the question. */
  const clusterOf = (answers: Readonly<Record<string, string>>, present = pods): Cluster =>
    ({
      secrets: new KnownSecrets(),
      api: {
        limited: (path: string, query: Readonly<Record<string, string>>) => {
          const question = `${path} ${Object.values(query).join(" ")}`;
          const [, text] = Object.entries(answers).find(([part]) => question.includes(part)) ?? [];
          return Promise.resolve(
            text === undefined ? { status: 404, text: "" } : { status: 200, text },
          );
        },
        get: (path: string) =>
          path.endsWith("/pods")
            ? Promise.resolve({ items: present })
            : Promise.reject(new Error("forbidden")),
      },
    }) as unknown as Cluster;
  const prove = (cluster: Cluster, more: object = {}, wait = false) =>
    provedScrapes(
      cluster,
      {
        ...{ service: "shop", namespace: "store" },
        monitoring: { ...monitoring, ...more },
      } as unknown as ReadinessInputs,
      { verdict: ready, observed: { ...UNSEEN, pods } },
      { signal, wait },
    );
  const scraped = (...of: readonly [name: string, at: number][]) =>
    vector(...of.map(([name, value]) => ({ labels: { pod: name }, value })));

  test("stays as it is where each of its pods was scraped", async () => {
    const up = scraped(["shop-a", BORN + 5], ["shop-b", BORN + 5]);
    expect(await prove(clusterOf({ "timestamp(up": up }))).toEqual({
      verdict: ready,
      isSilent: false,
    });
  });

  test("is told of a pod that was not scraped, and of one that was before it was created", async () => {
    const up = scraped(["shop-a", BORN - 5], ["shop-b", BORN + 5]);
    const { verdict } = await prove(clusterOf({ "timestamp(up": up }));
    expect(verdict).toMatchObject({
      kind: "ready",
      notes: [
        expect.stringMatching(
          /^not-scraped: Prometheus http:\/\/prometheus\.monitoring:9090 has not scraped 1 of 2 pods: podmonitor shop is selected as far as that may be read/,
        ),
      ],
    });
  });

  test("fails where the scrape is required, with what Prometheus says of it", async () => {
    const targets = JSON.stringify({
      status: "success",
      data: {
        activeTargets: [
          {
            labels: { pod: "shop-a" },
            scrapePool: "podMonitor/store/shop/0",
            health: "down",
            lastError: "server returned HTTP status 404 Not Found",
          },
        ],
      },
    });
    const up = scraped(["shop-b", BORN + 5]);
    const cluster = clusterOf({ "timestamp(up": up, "/targets": targets });
    expect((await prove(cluster, { required: true })).verdict).toMatchObject({
      kind: "failed",
      reason: "not-scraped",
      object: "podmonitor shop",
      message: `Prometheus ${ADDRESS} has not scraped 1 of 2 pods: pod shop-a: server returned HTTP status 404 Not Found; set metrics.path and metrics.port to where the metrics are`,
    });
  });

  test("is not to blame for a pod that was taken away meanwhile", async () => {
    const up = scraped(["shop-b", BORN + 5]);
    const cluster = clusterOf({ "timestamp(up": up }, [pod("shop-b")]);
    expect((await prove(cluster)).verdict).toEqual(ready);
  });

  test("has no port of the name that the PodMonitor has", async () => {
    const scrape = { monitor: "shop", port: "metrics", waitSeconds: 1 };
    const { verdict } = await prove(clusterOf({ "timestamp(up": vector() }), { scrape });
    expect(JSON.stringify(verdict)).toContain(
      "2 of 2 pods: no container of pod shop-a has a port metrics; set metrics.port",
    );
  });

  test("is told of a configuration that Prometheus refuses", async () => {
    const refused = vector({ labels: { pod: "prometheus-0" }, value: 0 });
    const answers = { "timestamp(up": vector(), last_reload: refused };
    const { verdict } = await prove(clusterOf(answers));
    expect(JSON.stringify(verdict)).toContain("2 of 2 pods: it refuses its present configuration");
  });

  test("is told that nobody answers, after a wait; at a look, nothing new is known", async () => {
    const silent = clusterOf({});
    expect(await prove(silent)).toEqual({ verdict: ready, isSilent: true });
    const { verdict } = await prove(silent, {}, true);
    expect(JSON.stringify(verdict)).toContain(`not-scraped: Prometheus ${ADDRESS} does not answer`);
    expect((await prove(silent, { required: true }, true)).verdict.kind).toBe("failed");
  });

  test("is told that its rules are not in force, and that its failures have no label", async () => {
    const up = scraped(["shop-a", BORN + 5], ["shop-b", BORN + 5]);
    const old = vector({ labels: { version: "old" }, value: 1 });
    const cluster = clusterOf({
      "timestamp(up": up,
      slipway_rules: old,
      unless: vector({ labels: {}, value: 3 }),
    });
    const blind = { metric: "http_requests_total", label: "code", expression: "a unless b" };
    const { verdict } = await prove(cluster, { rules: "new", blind });
    expect(verdict).toMatchObject({
      kind: "ready",
      notes: [
        expect.stringMatching(/^rules-not-loaded: .* does not evaluate the rules of shop: /),
        expect.stringMatching(/^errors-unknown: no series http_requests_total has the label code/),
      ],
    });
  });

  describe("and one whose steps had nothing to measure", () => {
    const failed = (reason: Failed["reason"]): Failed => ({
      ...{ kind: "failed", reason, object: "rollout shop", message: "", notes: ["requests: 0"] },
    });
    const observedOf = (left: number) => {
      const observed = observedRollout(argoRollout(), [], { pods: left });
      const creationTimestamp = "2026-01-01T00:00:00Z";
      const born = observed.pods.map((each) => ({
        ...each,
        metadata: { ...each.metadata, creationTimestamp },
      }));
      return { ...observed, pods: born };
    };
    const proveFailed = (cluster: Cluster, left = 2, reason: Failed["reason"] = "no-traffic") =>
      provedScrapes(
        cluster,
        { service: "shop", namespace: "store", monitoring } as unknown as ReadinessInputs,
        { verdict: failed(reason), observed: observedOf(left) },
        { signal, wait: true },
      );
    const none = { "timestamp(up": vector() };

    test("has the cause if none of its pods is scraped", async () => {
      const { verdict } = await proveFailed(clusterOf(none));
      expect(verdict).toMatchObject({
        reason: "no-traffic",
        notes: [
          expect.stringMatching(
            /^not-scraped: Prometheus http:\/\/prometheus\.monitoring:9090 scrapes none of the new pods: /,
          ),
          "requests: 0",
        ],
      });
    });

    test("has the monitor that nobody selects for a cause also once its pods are gone", async () => {
      const resources = [
        {
          metadata: { namespace: "monitoring", name: "main" },
          spec: { podMonitorSelector: { matchLabels: { release: "main" } } },
        },
      ];
      const cluster = clusterOf(none);
      const get = (path: string) =>
        Promise.resolve(path.endsWith("/prometheuses") ? { items: resources } : { metadata: {} });
      Object.assign(cluster.api, { get });
      const { verdict } = await proveFailed(cluster, 0);
      expect(JSON.stringify(verdict)).toContain(
        "no Prometheus selects podmonitor shop: prometheus monitoring/main selects by podMonitorSelector release=main, which it has not; set slipway:monitoring.labels",
      );
    });

    test("stays as it is if some are scraped, if nobody answers, and if it was measured", async () => {
      const up = scraped(["shop-new-1", Date.now() / 1000]);
      const looks = [
        proveFailed(clusterOf({ "timestamp(up": up })),
        proveFailed(clusterOf({})),
        proveFailed(clusterOf({}), 0),
        proveFailed(clusterOf(none), 2, "canary-failed"),
      ];
      for (const { verdict } of await Promise.all(looks)) {
        expect(verdict).toMatchObject({ notes: ["requests: 0"] });
      }
    });
  });

  test("that nobody watches costs no question", async () => {
    const inputs = { service: "shop", namespace: "store" } as unknown as ReadinessInputs;
    const options = { signal, wait: true };
    const given = { verdict: ready, observed: UNSEEN };
    expect(await provedScrapes(clusterOf({}), inputs, given, options)).toEqual({
      verdict: ready,
      isSilent: false,
    });
  });
});

describe("the alerts of a service", () => {
  const alert = (labels: Readonly<Record<string, string>>, value = 200): Sample => ({
    labels: { alertname: "Broken", namespace: "store", ...labels },
    value,
  });
  const namesOf = async (alerts: true | readonly string[], ...samples: readonly Sample[]) => {
    const queries: string[] = [];
    const query = (expression: string) => {
      queries.push(expression);
      return Promise.resolve([...samples]);
    };
    const alerted = { service: "shop", namespace: "store", alerts };
    const found = await firingAlerts(alerted, new Set(["shop-a"]), { query }, signal);
    return [found.map(({ labels }) => labels), queries] as const;
  };

  test("are those that name it: by its service, its job or one of its pods", async () => {
    const [found, queries] = await namesOf(
      true,
      alert({ service: "shop", severity: "critical" }),
      alert({ job: "store/shop" }),
      alert({ pod: "shop-a" }),
      alert({ pod: "cart-a" }),
      alert({ service: "cart", pod: "shop-a" }),
      alert({}),
    );
    expect(found).toEqual(['severity="critical"', 'job="store/shop"', 'pod="shop-a"']);
    expect(queries).toEqual([
      'ALERTS_FOR_STATE{namespace="store"} and ignoring (alertstate) ALERTS{namespace="store",alertstate="firing"}',
    ]);
  });

  test("that are named may have no label of it, and none of another one", async () => {
    const [found, queries] = await namesOf(
      ["Broken"],
      alert({ severity: "page" }),
      alert({ service: "cart" }),
    );
    expect(found).toEqual(['severity="page"']);
    expect(queries[0]).toContain('{namespace=~"|store",alertname=~"Broken"}');
  });

  const release: AlertedRelease = {
    ...{ service: "shop", namespace: "store", alerts: true },
    ...{ title: "deployment shop", required: false, since: 0 },
  };
  const ready: Verdict = { kind: "ready", replicaSet: "shop-1", pods: [] };
  const progressing: Verdict = { kind: "progressing", text: "", wakeAt: 0 };
  const lookOf = (answer: (expression: string) => Promise<Sample[]>, change: object = {}) => {
    const end = new AbortController();
    let woken = 0;
    const wake = () => {
      woken += 1;
    };
    const look = new AlertLook(
      { ...release, since: Date.now(), ...change },
      { query: answer },
      { wake, signal: end.signal },
      (text) => text,
    );
    return { look, end, woken: () => woken };
  };
  const now = () => Date.now() / 1000;
  const answering = (at: () => number) => (expression: string) =>
    Promise.resolve(
      expression === "vector(time())"
        ? [{ labels: {}, value: now() }]
        : [alert({ service: "shop" }, at())],
    );

  test("fail a release if one begins after its rollout, and are told of if it held before", async () => {
    const begun = lookOf(answering(() => now() + 5));
    expect(await begun.look.see(ready, UNSEEN)).toMatchObject({
      kind: "failed",
      reason: "alert-fired",
      object: "deployment shop",
      message: expect.stringMatching(
        /^alert Broken fires; it has held since .*, which is after the rollout began$/,
      ) as string,
    });
    begun.end.abort();
    const earlier = lookOf(answering(() => now() - 60));
    expect(await earlier.look.see(ready, UNSEEN)).toMatchObject({
      kind: "ready",
      notes: [expect.stringMatching(/^alert Broken fires; .* and does not count$/)],
    });
    earlier.end.abort();
  });

  test("count by Prometheus' clock, whatever ours is", async () => {
    const day = 86_400;
    const behind = (expression: string) =>
      Promise.resolve(
        expression === "vector(time())"
          ? [{ labels: {}, value: now() - day }]
          : [alert({ service: "shop" }, now() - day + 5)],
      );
    const { look, end } = lookOf(behind);
    expect(await look.see(ready, UNSEEN)).toMatchObject({ kind: "failed" });
    end.abort();
  });

  test("that cannot be asked for are a remark at the end, or a failure if that is required", async () => {
    const silent = () => Promise.reject(new PrometheusError("does not answer"));
    const { look, end } = lookOf(silent);
    expect(await look.see(progressing, UNSEEN)).toEqual(progressing);
    expect(await look.see(ready, UNSEEN)).toMatchObject({
      kind: "ready",
      notes: ["alerts-unknown: alerts were not watched: does not answer"],
    });
    end.abort();
    const required = lookOf(silent, { required: true });
    expect(await required.look.see(ready, UNSEEN)).toMatchObject({
      kind: "failed",
      reason: "alerts-unknown",
    });
    required.end.abort();
  });
});
