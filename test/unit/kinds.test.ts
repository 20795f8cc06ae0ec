// Cannot prove that an API server takes the manifests, nor that a verdict follows from them: test/e2e/kinds.test.ts does.
import type { Delivery } from "../../components/lanes/delivery.ts";
import { planLanes } from "../../components/lanes/plan.ts";
import { workloadHash, workloadManifests } from "../../components/manifests/workload.ts";
import type { ServiceDefinition } from "../../components/service-definition.ts";
import { cronFault } from "../../settings/service/cron.ts";
import { kindNameFaults, kindsFaults } from "../../settings/service/kinds.ts";
import { IMAGE, service } from "../support/definitions.ts";

const manifestsOf = (definition: Partial<ServiceDefinition>) =>
  workloadManifests(service(definition), IMAGE);
const textsOf = (faults: ReturnType<typeof kindsFaults>) =>
  faults.map(({ path, text }) => `${path.join(".")}: ${text}`);

test("a service that names no kind has a Deployment, and the manifests of before", () => {
  const { deployment, statefulSet, daemonSet, cronJob, headlessService } = manifestsOf({});
  expect(deployment).toMatchObject({ kind: "Deployment", spec: { replicas: 2 } });
  expect([statefulSet, daemonSet, cronJob, headlessService]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  // As of the version before there were kinds.
  expect(workloadHash(service(), IMAGE)).toBe(
    "sha256:f451be820ef8e1eba764d7df95b259b4b3fc3c26db1c9cdaab4fba654047b0c2",
  );
});

describe("a StatefulSet", () => {
  test("has Kubernetes' own defaults, and a headless Service", () => {
    const {
      deployment,
      statefulSet,
      headlessService,
      service: address,
    } = manifestsOf({
      stateful: true,
    });
    expect(deployment).toBeUndefined();
    expect(statefulSet?.spec).toMatchObject({
      replicas: 1,
      serviceName: "shop-headless",
      podManagementPolicy: "OrderedReady",
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
      selector: { matchLabels: { "app.kubernetes.io/name": "shop" } },
      minReadySeconds: 10,
    });
    expect(headlessService).toMatchObject({
      metadata: { name: "shop-headless", namespace: "store" },
      spec: { clusterIP: "None", publishNotReadyAddresses: true },
    });
    expect(address?.metadata).toMatchObject({ name: "shop" });
  });

  test("has what is said of it", () => {
    const { statefulSet, headlessService } = manifestsOf({
      replicas: 3,
      stateful: {
        podManagementPolicy: "Parallel",
        partition: 2,
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete" },
        serviceName: "peers",
      },
    });
    expect(statefulSet?.spec).toMatchObject({
      replicas: 3,
      serviceName: "peers",
      podManagementPolicy: "Parallel",
      updateStrategy: { rollingUpdate: { partition: 2 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete" },
    });
    expect(headlessService?.metadata).toMatchObject({ name: "peers" });
  });

  test("lets its pods talk with one another", () => {
    const peers = { podSelector: { matchLabels: { "app.kubernetes.io/name": "shop" } } };
    const { networkPolicy } = manifestsOf({ stateful: true });
    expect(networkPolicy.spec).toMatchObject({
      ingress: [expect.anything(), { from: [peers] }],
      egress: [expect.anything(), { to: [peers] }],
    });
  });

  test("is what an autoscaler scales", () => {
    const { statefulSet, horizontalPodAutoscaler } = manifestsOf({
      stateful: true,
      autoscale: { min: 2, max: 4 },
    });
    expect(statefulSet?.spec).not.toHaveProperty("replicas");
    expect(horizontalPodAutoscaler?.spec).toMatchObject({
      scaleTargetRef: { apiVersion: "apps/v1", kind: "StatefulSet", name: "shop" },
    });
  });

  test("has as many deadlines for its verdict as pods, one after the other, and one more", () => {
    expect(service({ stateful: true, replicas: 9 }).verdict).toMatchObject({
      timeoutSeconds: 10 * (120 + 10),
    });
    expect(service({ stateful: true, replicas: 2 }).verdict.timeoutSeconds).toBeUndefined();
    expect(service({ stateful: true, replicas: 9, timeoutSeconds: 700 }).verdict).toMatchObject({
      timeoutSeconds: 700,
    });
  });
});

describe("a DaemonSet", () => {
  test("has one pod on each node, and nothing that counts pods", () => {
    const { daemonSet, podDisruptionBudget } = manifestsOf({ everyNode: true });
    expect(daemonSet?.spec).not.toHaveProperty("replicas");
    expect(daemonSet?.spec).toMatchObject({
      updateStrategy: {
        type: "RollingUpdate",
        rollingUpdate: { maxUnavailable: 1, maxSurge: 0 },
      },
      minReadySeconds: 10,
    });
    expect(JSON.stringify(daemonSet)).not.toContain("topologySpread");
    expect(podDisruptionBudget).toBeUndefined();
  });

  test("starts a new pod first with maxSurge", () => {
    const { daemonSet } = manifestsOf({ everyNode: { maxSurge: "10%" } });
    expect(daemonSet?.spec).toMatchObject({
      updateStrategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: "10%" } },
    });
  });
});

describe("a CronJob", () => {
  const schedule = { cron: "0 3 * * *" };

  test("has Kubernetes' own defaults, and pods that end", () => {
    const { cronJob, deployment } = manifestsOf({ schedule });
    expect(deployment).toBeUndefined();
    expect(cronJob?.spec).toMatchObject({
      schedule: "0 3 * * *",
      concurrencyPolicy: "Allow",
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      suspend: false,
      jobTemplate: { spec: { template: { spec: { restartPolicy: "Never" } } } },
    });
    expect(JSON.stringify(cronJob)).not.toMatch(/Probe|preStop|topologySpread|backoffLimit/);
  });

  test("has what is said of it", () => {
    const { cronJob } = manifestsOf({
      schedule: {
        ...schedule,
        timeZone: "Europe/Berlin",
        concurrency: "Forbid",
        startingDeadlineSeconds: 60,
        history: { successful: 1, failed: 2 },
        activeDeadlineSeconds: 300,
        backoffLimit: 0,
        suspend: true,
      },
    });
    expect(cronJob?.spec).toMatchObject({
      timeZone: "Europe/Berlin",
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 60,
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 2,
      suspend: true,
      jobTemplate: { spec: { activeDeadlineSeconds: 300, backoffLimit: 0 } },
    });
  });

  test("is proved by a run, unless it is suspended or its acceptance is enough", () => {
    expect(service({ schedule }).schedule?.prove).toBe("run");
    expect(service({ schedule: { ...schedule, suspend: true } }).schedule?.prove).toBe("accepted");
    expect(service({ schedule: { ...schedule, prove: "accepted" } }).schedule?.prove).toBe(
      "accepted",
    );
  });
});

test.each([
  ["*/5 0-6,22 1,15 JAN-MAR mon", undefined],
  ["@daily", undefined],
  ["@every 1h30m", undefined],
  ["@every 43800h", undefined],
  ["@every 999999999h", /^allowed: @every with 1s to 43800h, or no run would ever begin; write a/],
  ["@every 500ms", /^allowed: @every with 1s/],
  ["0 3 31 2 *", /^allowed: a day that its months have, or no run would ever begin; they have 29/],
  ["0 3 30-31 FEB ?", /^allowed: a day that its months have/],
  ["0 3 31 4/5 *", /^allowed: a day that its months have.* 30 days at most$/],
  ["0 3 31 2,4-6/2,9,11 */1", /^allowed: a day that its months have.* 30 days at most$/],
  ["0 3 31 2/3 *", undefined],
  ["0 3 29 2 *", undefined],
  ["0 3 31 2 MON", undefined],
  ["0 3 31 2 */2", undefined],
  ["0 3 */30 2 *", undefined],
  ["0 3 * 2 *", undefined],
  ["0 3 * *", /^allowed: minute, hour, day of month, month and day of week, such as 0 3 \* \* \*/],
  ["@nightly", /^allowed: minute, hour/],
  ["61 3 * * *", /^allowed: as minute 0 to 59/],
  ["0 3 * * 7", /^allowed: as day of week 0 to 6 or SUN, MON/],
  ["0 9-3 * * *", /^allowed: as hour 0 to 23/],
  ["*/0 3 * * *", /^allowed: as minute/],
  ["CRON_TZ=UTC 0 3 * * *", /^allowed: no time zone in it; set timeZone$/],
])("the time table %s", (cron, fault) => {
  const found = cronFault(cron);
  if (fault === undefined) {
    expect(found).toBeUndefined();
  } else {
    expect(found).toMatch(fault);
  }
});

describe("keys that contradict a kind", () => {
  test("are named, each with what is allowed", () => {
    expect(textsOf(kindsFaults({ stateful: true, everyNode: true }))).toEqual([
      "everyNode: got true; allowed: one of stateful, everyNode, schedule; remove it, or stateful",
    ]);
    expect(textsOf(kindsFaults({ everyNode: true, replicas: 3 }))).toEqual([
      "replicas: got 3; allowed: none, because everyNode has a pod on each node; remove it",
    ]);
    expect(textsOf(kindsFaults({ everyNode: { maxSurge: 1, maxUnavailable: 1 } }))).toEqual([
      "everyNode.maxUnavailable: got 1; allowed: either maxUnavailable or maxSurge above 0, and maxSurge is 1; set one of them to 0",
    ]);
    expect(textsOf(kindsFaults({ stateful: { partition: 2 }, replicas: 2 }))).toEqual([
      "stateful.partition: got 2; allowed: less than the number of pods, which is 2: a release is proved by the pods that run it; lower it, or raise replicas",
    ]);
    expect(textsOf(kindsFaults({ schedule: { cron: "@daily" }, port: 80 }))).toEqual([
      "port: got 80; allowed: none, because a schedule makes pods that end and serve nobody; remove it",
    ]);
    expect(
      textsOf(kindsFaults({ schedule: { cron: "@daily", suspend: true, prove: "run" } })),
    ).toEqual([
      'schedule.prove: got "run"; allowed: accepted while suspend is true; remove one of them',
    ]);
  });

  test("are none for a service of each kind", () => {
    expect(kindsFaults({ port: 80 })).toEqual([]);
    expect(kindsFaults({ port: 80, stateful: { partition: 1 }, replicas: 2 })).toEqual([]);
    expect(kindsFaults({ port: 80, everyNode: { maxSurge: "10%" } })).toEqual([]);
    expect(kindsFaults({ schedule: { cron: "@daily" } })).toEqual([]);
  });

  test("a headless Service has a name that no service has", () => {
    const services = { db: { stateful: true }, "db-headless": {} };
    expect(textsOf(kindNameFaults("db", services))).toEqual([
      'stateful.serviceName: got "db-headless"; allowed: a name that no service has, for the headless Service; set another one, such as db-peers',
    ]);
    expect(kindNameFaults("db", { db: { stateful: true } })).toEqual([]);
  });

  test("a name leaves room for what Kubernetes adds", () => {
    const name = "a".repeat(53);
    expect(textsOf(kindNameFaults(name, { [name]: { stateful: true } }))).toEqual([
      ": the name has 53 characters; allowed: at most 52 with stateful, because Kubernetes adds to it; shorten it",
    ]);
    expect(kindNameFaults(name, { [name]: {} })).toEqual([]);
  });
});

describe("the deploy lane", () => {
  const rightsWith = (definition: Partial<ServiceDefinition>, name = "shop") => {
    const delivery: Delivery = {
      namespace: "store",
      services: { [name]: { port: 80, ...definition } },
      credentials: {},
      sealing: { controller: { namespace: "kube-system", name: "sealed-secrets-controller" } },
    };
    return planLanes({
      ...delivery,
      jenkins: { apiServer: { cidr: "10.0.0.1/32", ports: [443] } },
    });
  };
  const deployActs = (...args: Parameters<typeof rightsWith>) => {
    const { accounts } = rightsWith(...args);
    const agent = accounts.find((each) => each.lane.name === "deploy" && each.name === "agent");
    return (agent?.rights ?? [])
      .filter(({ namespace }) => namespace === "store")
      .map(({ verb, resource }) => `${verb} ${resource}`);
  };
  const policiesWith = (...args: Parameters<typeof rightsWith>) =>
    rightsWith(...args).policies.map(({ policy }) => policy);

  test("gets what a StatefulSet's verdict, rollback and broken pods take", () => {
    const own = deployActs({ stateful: true }).filter((act) => !deployActs({}).includes(act));
    expect(own.sort()).toEqual(
      [
        ...["create", "delete", "get", "list", "patch", "watch"].map(
          (verb) => `${verb} statefulsets`,
        ),
        "delete pods",
        "list controllerrevisions",
        "watch controllerrevisions",
      ].sort(),
    );
    expect(deployActs({ stateful: true }, "other")).toEqual(deployActs({ stateful: true }));
  });

  test("gets what a CronJob's run takes", () => {
    const own = deployActs({ schedule: { cron: "@daily" } });
    expect(own).toEqual(expect.arrayContaining(["create jobs", "delete jobs", "patch cronjobs"]));
    expect(own).not.toContain("delete pods");
  });

  test("gets what a migration takes, and may run no Job but one of the service's own pods", () => {
    const migrate = { command: ["/app/migrate", "up"] };
    const own = deployActs({ migrate }).filter((act) => !deployActs({}).includes(act));
    expect([...new Set(own)].sort()).toEqual(
      ["create", "delete", "get", "list", "watch"].map((verb) => `${verb} jobs`),
    );
    const jobs = policiesWith({ migrate }).find(({ metadata }) =>
      metadata.name.endsWith("-deploy-jobs"),
    );
    const variables = jobs?.spec.variables as { name: string; expression: string }[];
    const expressions = Object.fromEntries(
      variables.map(({ name, expression }) => [name, expression]),
    );
    expect(expressions["owner"]).toContain(
      'object.metadata.?labels.orValue({})[?"slipway/migrates"].orValue("")',
    );
    expect(expressions["kind"]).toContain('{"shop":"Deployment"}[?variables.owner]');
    const [account] = jobs?.spec.validations.filter(({ expression }) =>
      expression.includes("serviceAccountName"),
    ) ?? [undefined];
    expect(account?.expression).toContain('.orValue("") == variables.owner');
  });

  test("may give the pods of each kind no more than those of a Deployment", () => {
    const [named] = policiesWith({ stateful: true }).filter(({ metadata }) =>
      metadata.name.endsWith("-deploy-deployments"),
    );
    expect(named?.spec.matchConstraints.resourceRules[0]).toMatchObject({
      resources: ["deployments", "statefulsets"],
    });
    const scheduled = policiesWith({ schedule: { cron: "@daily" } });
    const names = scheduled.map(({ metadata }) => metadata.name);
    expect(names).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/-deploy-cronjobs$/),
        expect.stringMatching(/-deploy-jobs$/),
      ]),
    );
    const cronJobs = scheduled.find(({ metadata }) => metadata.name.endsWith("-deploy-cronjobs"));
    expect(JSON.stringify(cronJobs)).not.toMatch(/(?<!jobTemplate\.)spec\.template/);
  });

  test("has the policies of before where there are only Deployments", () => {
    const names = policiesWith({}).map(({ metadata }) => metadata.name);
    expect(names.filter((name) => /job/.test(name))).toEqual([]);
  });
});
