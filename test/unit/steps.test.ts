// Cannot prove that Argo Rollouts takes the manifests, nor what Prometheus makes of the queries: test/e2e/steps does.
import type { Delivery } from "../../components/lanes/delivery.ts";
import { planLanes } from "../../components/lanes/plan.ts";
import { fieldsOf } from "../../components/manifests/plain-fields.ts";
import { workloadManifests } from "../../components/manifests/workload.ts";
import { kindsFault } from "../../components/require-kinds.ts";
import type { ServiceDefinition } from "../../components/service-definition.ts";
import { watchedOf } from "../../components/watched-release.ts";
import { stepsFaults, weightsNameFaults } from "../../settings/service/steps.ts";
import { IMAGE, service } from "../support/definitions.ts";

const PROMETHEUS = { prometheus: "http://prometheus.monitoring:9090" };
const WATCH = { errors: 1, requests: 500 };
const manifestsOf = (definition: Partial<ServiceDefinition> = {}) =>
  workloadManifests(
    service({ steps: [10, 50], watch: WATCH, monitoring: PROMETHEUS, ...definition }),
    IMAGE,
  );
const textsOf = (faults: ReturnType<typeof stepsFaults>) =>
  faults.map(({ path, text }) => `${path.join(".")}: ${text}`);

describe("a service by steps", () => {
  test("has a Rollout in the place of its Deployment, with a measurement after each weight", () => {
    const { deployment, rollout } = manifestsOf();
    expect(deployment).toBeUndefined();
    const analysis = {
      templates: [{ templateName: "shop" }],
      args: [{ name: "hash", valueFrom: { podTemplateHashValue: "Latest" } }],
    };
    expect(rollout?.spec).toMatchObject({
      replicas: 2,
      selector: { matchLabels: { "app.kubernetes.io/name": "shop" } },
      // Two steps of three minutes are no standstill.
      progressDeadlineSeconds: 480,
      strategy: {
        canary: {
          maxSurge: "25%",
          maxUnavailable: 0,
          steps: [{ setWeight: 10 }, { analysis }, { setWeight: 50 }, { analysis }],
        },
      },
    });
  });

  test("that switches is measured after all traffic is on the new pods", () => {
    const { rollout } = manifestsOf({ steps: "switch" });
    expect(rollout?.spec.strategy).toMatchObject({
      blueGreen: {
        activeService: "shop",
        autoPromotionEnabled: true,
        postPromotionAnalysis: { templates: [{ templateName: "shop" }] },
      },
    });
  });

  test("that switches has a Service that no release changes: the new pods would have traffic before they are all ready", () => {
    const labelsOf = (definition: Partial<ServiceDefinition>) =>
      Object.keys(fieldsOf(fieldsOf(manifestsOf(definition).service?.metadata)["labels"]));
    expect(labelsOf({ steps: "switch" })).not.toContain("app.kubernetes.io/version");
    expect(labelsOf({})).toContain("app.kubernetes.io/version");
  });

  test("has the pods of the Deployment that it had, spread by its own hash", () => {
    const { deployment } = workloadManifests(service(), IMAGE);
    const { rollout } = manifestsOf();
    const hash = (text: string) =>
      text.replaceAll("rollouts-pod-template-hash", "pod-template-hash");
    expect(hash(JSON.stringify(rollout?.spec.template))).toBe(
      JSON.stringify((deployment?.spec as { readonly template?: object }).template),
    );
    expect(JSON.stringify(rollout?.spec.template)).toContain("rollouts-pod-template-hash");
  });

  test("keeps what was measured at each of many steps until the last one is proved", () => {
    expect(manifestsOf().rollout?.spec).not.toHaveProperty("analysis");
    expect(manifestsOf({ steps: "switch" }).rollout?.spec).not.toHaveProperty("analysis");
    const { rollout } = manifestsOf({ steps: [5, 10, 20, 30, 40, 50, 75] });
    expect(rollout?.spec.analysis).toEqual({ successfulRunHistoryLimit: 7 });
  });

  test("is scaled as a Rollout", () => {
    const { horizontalPodAutoscaler, rollout } = manifestsOf({ autoscale: { min: 2, max: 5 } });
    expect(horizontalPodAutoscaler?.spec).toMatchObject({
      scaleTargetRef: { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: "shop" },
    });
    expect(rollout?.spec).not.toHaveProperty("replicas");
  });

  test("may take the time that is measured", () => {
    const { verdict } = service({ steps: [10, 50], watch: { ...WATCH, for: 900 } });
    expect(verdict.timeoutSeconds).toBe(600 + 1800 + 120);
  });
});

describe("steps that a route divides", () => {
  const route = { parents: [{ name: "public" }], host: "shop.example.com" };
  const divided = { weights: "traefik", route } as const;

  test("are weights of a TraefikService between a Service of the old pods and one of the new ones", () => {
    const { rollout, traefikService, stableService, canaryService, service } = manifestsOf(divided);
    expect(rollout?.spec.strategy).toMatchObject({
      canary: {
        stableService: "shop-stable",
        canaryService: "shop-canary",
        trafficRouting: { traefik: { weightedTraefikServiceName: "shop" } },
      },
    });
    expect(JSON.stringify(rollout?.spec.strategy)).not.toContain("maxSurge");
    expect(traefikService?.spec.weighted.services).toEqual([
      { name: "shop-stable", port: 80, weight: 100 },
      { name: "shop-canary", port: 80, weight: 0 },
    ]);
    const { selector, ports } = service?.spec as Record<string, unknown>;
    for (const each of [stableService, canaryService]) {
      expect(each?.spec).toEqual({ type: "ClusterIP", selector, ports });
    }
  });

  test("leave what Argo Rollouts writes alone from release to release", () => {
    const { traefikService, stableService, canaryService, service } = manifestsOf(divided);
    const version = "app.kubernetes.io/version";
    expect(service?.metadata).toHaveProperty(["labels", version]);
    for (const each of [traefikService, stableService, canaryService]) {
      expect(each?.metadata).not.toHaveProperty(["labels", version]);
    }
  });

  test("lead the route's requests there, as far as they are the service's own", () => {
    const paths = ["/", { path: "/old", service: "cart" }];
    const { routes } = manifestsOf({ ...divided, route: { ...route, paths } });
    expect(routes?.[0]?.spec.rules).toMatchObject([
      { backendRefs: [{ group: "traefik.io", kind: "TraefikService", name: "shop" }] },
      { backendRefs: [{ name: "cart", port: 80 }] },
    ]);
  });

  test("need no more than one pod, and a route", () => {
    const complete = {
      ...{ port: 8080, metrics: "/metrics", steps: [10], watch: WATCH },
      ...{ replicas: 1, weights: "traefik" },
    };
    expect(stepsFaults({ ...complete, route })).toEqual([]);
    expect(textsOf(stepsFaults(complete))).toEqual([
      'weights: got "traefik"; allowed: with a route through a Gateway of Traefik\'s, whose requests are divided; set route, or remove weights',
    ]);
    expect(textsOf(stepsFaults({ ...complete, route, steps: "switch" }))).toEqual([
      'weights: got "traefik"; allowed: with a list of steps, which are the percentages; set steps, or remove weights',
    ]);
  });

  test("need names that no other service has", () => {
    const services = { shop: { weights: "traefik" }, "shop-canary": {} };
    expect(textsOf(weightsNameFaults("shop", services))).toEqual([
      "weights: needs the name shop-canary for a Service of its own, and a service is called so; rename one of them",
    ]);
    const long = "a".repeat(58);
    expect(textsOf(weightsNameFaults(long, { [long]: { weights: "traefik" } }))).toEqual([
      `weights: needs the name ${long}-stable for a Service of its own, which has 65 characters; allowed: at most 63; shorten the service's name`,
    ]);
    expect(weightsNameFaults("shop", { shop: {}, "shop-canary": {} })).toEqual([]);
  });

  test("are in a cluster that knows Traefik's kinds", () => {
    expect(kindsFault("weights", [])).toBe(
      "the cluster does not serve TraefikService of traefik.io/v1alpha1; have an administrator install Traefik with its kinds (providers.kubernetescrd), or remove weights",
    );
  });
});

describe("what is measured", () => {
  const metricsOf = (watch: object) =>
    manifestsOf({ watch: { requests: 500, ...watch } }).analysisTemplate?.spec.metrics ?? [];

  test("is as often as the settings say, and has an end", () => {
    const metrics = metricsOf({ errors: 1, p99: "300ms", every: 30, for: 90, failures: 1 });
    const times = { initialDelay: "30s", interval: "30s", count: 3, failureLimit: 1 };
    expect(metrics).toMatchObject([
      { name: "errors", ...times, successCondition: "len(result) > 0 && result[0] <= 1" },
      { name: "p99", ...times, successCondition: "len(result) > 0 && result[0] <= 0.3" },
      { name: "requests", initialDelay: "90s", count: 1 },
    ]);
  });

  test("has a floor of requests, which is a measurement of its own", () => {
    const metrics = metricsOf({ errors: 1 });
    expect(metrics.map(({ name }) => name)).toEqual(["errors", "requests"]);
    expect(metrics.at(-1)).toMatchObject({
      successCondition: "len(result) > 0 && result[0] >= 500",
    });
  });

  test("always has a value, and never knows a condition of failure, which would leave it open", () => {
    const metrics = metricsOf({ errors: 1, p99: "300ms" });
    for (const metric of metrics) {
      expect(metric.provider.prometheus.query).toContain("vector(0)");
      expect(metric).not.toHaveProperty("failureCondition");
    }
  });

  test("has no value of errors where no request has the label that tells them, and a release that is ready says so, too", () => {
    const [errors] = metricsOf({ errors: 1 });
    expect(errors?.provider.prometheus.query).toMatch(
      / unless on \(\) \(count\(.*\) unless count\(.*,code!=""\}\)\)$/,
    );
    const subject = service({ metrics: "/m", steps: [10], watch: WATCH, monitoring: PROMETHEUS });
    expect(watchedOf(subject).monitoring?.blind).toMatchObject({ label: "code" });
    const { analysisTemplate } = manifestsOf({ objective: { errors: "hits_failed" } });
    expect(analysisTemplate?.spec.metrics[0]?.provider.prometheus.query).not.toContain("unless on");
  });

  test("is of the new pods alone, by the metrics that the objective names", () => {
    const { analysisTemplate } = manifestsOf({
      objective: { requests: 'hits{route="/"}', errors: "hits_failed" },
    });
    const [errors] = analysisTemplate?.spec.metrics ?? [];
    expect(errors?.provider.prometheus).toMatchObject({ address: PROMETHEUS.prometheus });
    expect(errors?.provider.prometheus.query).toContain(
      'hits_failed{namespace="store",job="store/shop",pod=~"shop-{{args.hash}}-.+"}',
    );
    expect(errors?.provider.prometheus.query).toContain(
      'hits{namespace="store",job="store/shop",pod=~"shop-{{args.hash}}-.+",route="/"}',
    );
  });
});

describe("steps that cannot be", () => {
  const complete = { port: 8080, metrics: "/metrics", steps: [10], watch: WATCH };

  test("are none of these", () => {
    expect(stepsFaults(complete)).toEqual([]);
    expect(stepsFaults({ port: 8080 })).toEqual([]);
  });

  test.each([
    [
      { stateful: true },
      "steps: allowed: none with stateful: a StatefulSet replaces its pods itself; remove one of them",
    ],
    [
      { replacement: "recreate" },
      'replacement: got "recreate"; allowed: none with these steps, which say it; remove one of them',
    ],
    [
      { port: undefined },
      "steps: the service takes no connections, and so has no traffic to divide; set port, or remove steps",
    ],
    [
      { replicas: 1 },
      "steps: got [10]; allowed: switch, or replicas of 2 or more: the share of the traffic is that of the pods, and there is one; raise replicas, or set weights",
    ],
    [
      { watch: { errors: 1 } },
      "watch.requests: missing: how many requests the new pods must have had at a step, such as 500; without any a measurement proves nothing",
    ],
    [
      { watch: { requests: 1 } },
      "watch: neither errors nor p99; allowed: one or both of them, such as errors: 1",
    ],
    [
      { watch: { ...WATCH, every: "50s" } },
      "watch.for: missing; allowed: a multiple of every, which is 50 s; the default is 180 s",
    ],
    [
      { watch: { ...WATCH, for: "90s", failures: 3 } },
      "watch.failures: got 3; allowed: fewer than the 3 measurements of a step: all of them may not be bad; lower it, or raise watch.for",
    ],
    [
      { metrics: undefined },
      "steps: needs metrics; allowed: with metrics, by which the new pods are measured; set metrics to a path such as /metrics",
    ],
    [
      { metrics: { path: "/metrics", interval: "2m" }, watch: { ...WATCH, for: "90s" } },
      'watch.for: got "90s"; allowed: at least metrics.interval, which is 120 s: a step without a scrape has no requests; raise it',
    ],
    [
      { watch: { ...WATCH, every: "2m", for: "4m" } },
      'watch.every: got "2m"; allowed: less than deadlineSeconds, which is 120',
    ],
    [
      { volumes: { "/data": { claim: { size: "1Gi" } } } },
      "steps: allowed: none with a claim of one writer, because old and new pods run side by side; give the claim access: ReadWriteMany, or remove steps",
    ],
  ])("%j", (more, text) => {
    expect(textsOf(stepsFaults({ ...complete, ...more }))).toContain(text);
  });

  test("are measurements without any", () => {
    expect(textsOf(stepsFaults({ port: 8080, watch: WATCH }))).toEqual([
      "watch.errors: got 1; allowed: with steps, at which it is measured; set steps, or remove it",
    ]);
  });

  test("are in a cluster that knows no Rollouts", () => {
    expect(kindsFault("steps", [])).toBe(
      "the cluster does not serve Rollout, AnalysisTemplate, AnalysisRun of argoproj.io/v1alpha1; have an administrator install Argo Rollouts (1.10 or newer), or remove steps",
    );
  });
});

test("the deploy lane may divide requests between the pods of its own services alone", () => {
  const route = { parents: [{ name: "public" }] };
  const pods = { port: 8080, steps: [10], watch: WATCH, route } as const;
  const shop = { ...pods, weights: "traefik" } as const;
  const lanesOf = (service: ServiceDefinition) =>
    planLanes({
      namespace: "store",
      credentials: {},
      sealing: { controller: { namespace: "kube-system", name: "sealed-secrets" } },
      services: { shop: { ...service, monitoring: PROMETHEUS } },
      jenkins: { apiServer: { cidr: "10.0.0.1/32", ports: [443] } },
    });
  const policyOf = (service: ServiceDefinition, suffix: string) =>
    JSON.stringify(
      lanesOf(service).policies.find(({ policy }) => policy.metadata.name.endsWith(suffix)) ?? "",
    );
  expect(policyOf(shop, "deploy-traefikservices")).toContain("shop-canary");
  expect(policyOf(shop, "deploy-httproutes")).toContain("TraefikService");
  expect(policyOf(shop, "deploy-rollouts")).toContain("weightedTraefikServiceName");
  expect(policyOf(pods, "deploy-traefikservices")).toBe('""');
  expect(policyOf(pods, "deploy-httproutes")).not.toContain("TraefikService");
});

test("the deploy lane may write Rollouts, ask no other Prometheus, and read what is measured", () => {
  const delivery: Delivery = {
    namespace: "store",
    credentials: {},
    sealing: { controller: { namespace: "kube-system", name: "sealed-secrets" } },
    services: { shop: { port: 8080, steps: [10], watch: WATCH, monitoring: PROMETHEUS } },
  };
  const { accounts, policies } = planLanes({
    ...delivery,
    jenkins: { apiServer: { cidr: "10.0.0.1/32", ports: [443] } },
  });
  const agent = accounts.find((each) => each.lane.name === "deploy" && each.name === "agent");
  const acts = (agent?.rights ?? [])
    .filter(({ namespace, group }) => namespace === "store" && group === "argoproj.io")
    .map(({ verb, resource }) => `${verb} ${resource}`);
  expect(acts).toEqual(
    expect.arrayContaining(["patch rollouts", "create analysistemplates", "create analysisruns"]),
  );
  const [analyses] = policies.filter(({ policy }) =>
    policy.metadata.name.endsWith("deploy-analyses"),
  );
  expect(JSON.stringify(analyses)).toContain(PROMETHEUS.prometheus);
});
