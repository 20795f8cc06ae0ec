import { complete } from "../../components/complete-service.ts";
import { workloadManifests } from "../../components/manifests/workload.ts";
import type { ServiceDefinition } from "../../components/service-definition.ts";
import { IMAGE } from "./deploy-objects.ts";

const HASH = "6c8f";
const SHOP = {
  port: 8080,
  metrics: "/metrics",
  steps: [10],
  watch: { errors: 1, p99: "300ms", requests: 100, every: 30, for: 180 },
  monitoring: { prometheus: "http://prometheus.monitoring:9090" },
} as const satisfies ServiceDefinition;

/** A counter of one pod of the release, a sample each half minute. */
interface Counter {
  readonly metric?: string;
  readonly labels?: string;
  readonly pod?: string;
  readonly job?: string;
  readonly values: string;
}

const OK = 'code="200"';
const FAILED = 'code="500"';

/** Durations of a pod as a histogram: of 100 requests for each sample, how many were in each bucket. */
function durations(buckets: Readonly<Record<string, number>>): Counter[] {
  return Object.entries(buckets).map(([le, each]) => ({
    metric: "http_request_duration_seconds_bucket",
    labels: `le="${le}"`,
    values: `0+${each}x20`,
  }));
}

/** What happened to the new pods until the 6th minute, and what each query says of the last three: nothing where it has no value. */
const CASES: readonly {
  readonly title: string;
  readonly counters: readonly Counter[];
  readonly values: Readonly<Record<string, number | undefined>>;
}[] = [
  {
    title: "no request at all",
    counters: [],
    values: { errors: 0, requests: 0, p99: 0 },
  },
  {
    title: "one in fifty fails, in pods that were there before",
    counters: [
      { labels: OK, values: "0+98x20" },
      { labels: FAILED, values: "0+2x20" },
    ],
    values: { errors: 2, requests: 600 },
  },
  {
    title: "a pod that was first scraped with requests and errors, which increase() would not see",
    counters: [
      { labels: OK, values: "_x11 90 90" },
      { labels: FAILED, values: "_x11 10 10" },
    ],
    values: { errors: 10, requests: 100 },
  },
  {
    title: "three requests of which one failed: it counts against the least number",
    counters: [
      { labels: OK, values: "_x11 2 2" },
      { labels: FAILED, values: "_x11 1 1" },
    ],
    values: { errors: 1, requests: 3 },
  },
  {
    title: "a counter that began again: what it has since counts",
    counters: [
      { labels: OK, values: "0+100x9 0+100x10" },
      { labels: FAILED, values: "50x9 5x10" },
    ],
    values: { errors: 2.44, requests: 205 },
  },
  {
    title: "pods of the release before, of which all requests fail, do not count",
    counters: [
      { labels: OK, values: "0+100x20" },
      { labels: FAILED, pod: "shop-old-1", values: "0+100x20" },
    ],
    values: { errors: 0, requests: 600 },
  },
  {
    title: "what a team's own monitor scrapes of the same pods does not count again",
    counters: [
      { labels: OK, values: "_x11 90 90" },
      { labels: OK, job: "others", values: "_x11 90 90" },
    ],
    values: { requests: 90 },
  },
  {
    title: "requests without the label of failures: they would never be seen",
    counters: [{ labels: 'method="GET"', values: "0+100x20" }],
    values: { errors: undefined, requests: 600 },
  },
  {
    title: "2 of 100 are slower than the limit",
    counters: [
      { labels: OK, values: "0+100x20" },
      ...durations({ "0.1": 98, "0.5": 100, "+Inf": 100 }),
    ],
    values: { p99: 0.3 },
  },
  {
    title: "all are slower than the largest bucket, which ends below the limit",
    counters: [
      { labels: OK, values: "0+100x20" },
      ...durations({ "0.1": 0, "0.25": 0, "+Inf": 100 }),
    ],
    values: { p99: Infinity },
  },
  {
    title: "a histogram without any sample",
    counters: [{ labels: OK, values: "0+100x20" }],
    values: { p99: undefined },
  },
  {
    title: "too few requests to say how slow they are",
    counters: [{ labels: OK, values: "_x11 3 3" }, ...durations({ "0.1": 0, "+Inf": 1 })],
    values: { p99: 0 },
  },
];

/** The queries of a service's steps on these cases, in the words of `promtool test rules`. */
export function measuredTests() {
  const place = { name: "shop", namespace: "store", version: "1", pullSecret: undefined };
  const { analysisTemplate } = workloadManifests(complete(place, SHOP), IMAGE);
  const queries = new Map(
    (analysisTemplate?.spec.metrics ?? []).map(({ name, provider }) => [
      name,
      provider.prometheus.query.replaceAll("{{args.hash}}", HASH),
    ]),
  );
  return {
    evaluation_interval: "30s",
    tests: CASES.map(({ title, counters, values }) => ({
      name: title,
      interval: "30s",
      input_series: counters.map(seriesOf),
      promql_expr_test: Object.entries(values).map(([name, value]) => ({
        // What binary fractions add is nobody's concern.
        expr: `round(${queries.get(name) ?? ""}, 0.01)`,
        eval_time: "6m",
        exp_samples: value === undefined ? [] : [{ labels: "{}", value }],
      })),
    })),
  };
}

function seriesOf({ metric = "http_requests_total", labels = "", values, ...whose }: Counter) {
  const { pod = `shop-${HASH}-1`, job = "store/shop" } = whose;
  const own = [`namespace="store"`, `job="${job}"`, `pod="${pod}"`, labels];
  return { series: `${metric}{${own.filter((each) => each !== "").join(",")}}`, values };
}
