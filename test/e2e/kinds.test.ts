// Proves each kind on the platform's one kubelet. Cannot prove nodes that come and go (unit tests of the rules do), nor claims per pod,
// for which the platform has no storage class.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import type { KubernetesObject } from "@kubernetes/client-node";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { cluster } from "../../testbed/cluster.ts";
import { type Kind, POD, SERVICE } from "../../testbed/kinds.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { Project } from "../../testbed/project.ts";
import { succeed } from "../../testbed/succeed.ts";

interface Pods {
  readonly template: {
    readonly spec: { readonly containers: readonly { readonly env?: object[] }[] };
  };
}

interface Plain extends KubernetesObject {
  readonly spec?: Pods & { readonly jobTemplate: { readonly spec: Pods } };
}

const STATEFUL_SET: Kind<Plain> = { apiVersion: "apps/v1", kind: "StatefulSet" };
const DAEMON_SET: Kind<Plain> = { apiVersion: "apps/v1", kind: "DaemonSet" };
const CRON_JOB: Kind<Plain> = { apiVersion: "batch/v1", kind: "CronJob" };

/** Serves, or runs once; breaks where it is told to: everywhere, or in the pod of a name. */
const PROGRAM = `
import { createServer } from "node:http";
import { hostname } from "node:os";
const { BREAKS = "", RUNS_ONCE, PORT = "8080" } = process.env;
if (BREAKS === "everywhere" || BREAKS === hostname()) {
  console.log("breaks as it is told to");
  process.exit(3);
}
if (RUNS_ONCE === undefined) {
  createServer((_, response) => response.end("ok")).listen(Number(PORT));
  process.on("SIGTERM", () => process.exit(0));
} else {
  console.log("did its work");
}
`;
const DOCKERFILE = `ARG BASE
FROM \${BASE}
COPY main.mjs /main.mjs
USER 10001:10001
ENTRYPOINT ["node", "/main.mjs"]
`;

const build = { context: "small", args: { BASE: "${SLIPWAY_BASE_IMAGE}" } };
const SMALL = {
  build,
  stopSeconds: 1,
  resources: { requests: { cpu: "10m", memory: "32Mi" } },
};
const SERVING = { ...SMALL, port: 8080, drainSeconds: 0, settleSeconds: 0 };

/** As Keycloak's makers deploy it: two pods that find one another, one after the other. */
const keycloak = { ...SERVING, replicas: 2, stateful: true };
/** As Plausible's do: a web process, a store of events, something each night. */
const plausible = { ...SERVING, replicas: 1 };
const events = { ...SERVING, stateful: { podManagementPolicy: "Parallel" } };
const nightly = {
  ...SMALL,
  env: { RUNS_ONCE: "1" },
  schedule: {
    cron: "0 3 * * *",
    timeZone: "Europe/Berlin",
    concurrency: "Forbid",
    history: { successful: 1, failed: 1 },
    activeDeadlineSeconds: 120,
    backoffLimit: 0,
  },
};
/** One on each node that takes it; nodes without a kubelet are tainted. */
const agent = { ...SERVING, everyNode: true };
const GOOD = { keycloak, plausible, events, nightly, agent };

let project: Project;
beforeAll(async () => {
  project = await Project.create("kinds");
  await mkdir(join(project.folder, "small"));
  await project.write("small/main.mjs", PROGRAM);
  await project.write("small/Dockerfile", DOCKERFILE);
  await project.settings({ services: GOOD });
  await project.commit("good");
  await succeed(project.up());
});
afterAll(() => project.dispose());

async function releases(): Promise<Readonly<Record<string, ReleaseRecord>>> {
  const { output } = await succeed(
    project.pulumi("stack", "output", "releases", "--json", "--stack=dev"),
  );
  return JSON.parse(output) as Readonly<Record<string, ReleaseRecord>>;
}

async function podsOf(service: string) {
  const pods = await cluster.list(POD, project.namespace, `app.kubernetes.io/name=${service}`);
  return pods
    .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
    .map(({ metadata, status }) => ({
      name: metadata?.name ?? "",
      uid: metadata?.uid ?? "",
      isReady: status?.conditions?.some((met) => met.type === "Ready" && met.status === "True"),
    }))
    .sort((one, other) => one.name.localeCompare(other.name));
}

const gone = (...what: string[]) =>
  kubectl(["--namespace", project.namespace, "wait", "--for=delete", "--timeout=30s", ...what]);

const specOf = async (kind: Kind<Plain>, name: string) =>
  (await cluster.get(kind, project.namespace, name)).spec;

test("each kind is as the settings say, and proved by the digest of its pods", async () => {
  expect(await specOf(STATEFUL_SET, "keycloak")).toMatchObject({
    replicas: 2,
    serviceName: "keycloak-headless",
    podManagementPolicy: "OrderedReady",
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
  });
  expect(await specOf(STATEFUL_SET, "events")).toMatchObject({
    replicas: 1,
    podManagementPolicy: "Parallel",
  });
  const headless = await cluster.get(SERVICE, project.namespace, "keycloak-headless");
  expect(headless.spec).toMatchObject({ clusterIP: "None", publishNotReadyAddresses: true });
  expect((await cluster.get(SERVICE, project.namespace, "keycloak")).spec?.clusterIP).toMatch(/\d/);
  expect(await specOf(CRON_JOB, "nightly")).toMatchObject({
    schedule: "0 3 * * *",
    timeZone: "Europe/Berlin",
    concurrencyPolicy: "Forbid",
    successfulJobsHistoryLimit: 1,
    failedJobsHistoryLimit: 1,
    suspend: false,
    jobTemplate: {
      spec: {
        activeDeadlineSeconds: 120,
        backoffLimit: 0,
        template: { spec: { restartPolicy: "Never" } },
      },
    },
  });
  expect(await cluster.find(SERVICE, project.namespace, "nightly")).toBeUndefined();
  expect(await specOf(DAEMON_SET, "agent")).toMatchObject({
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
  });

  const { keycloak, nightly, agent } = await releases();
  expect(agent).toMatchObject({ verdict: "ready", kind: "DaemonSet", pods: [{}] });
  expect(keycloak).toMatchObject({
    verdict: "ready",
    kind: "StatefulSet",
    replicaSet: expect.stringMatching(/^keycloak-\w+$/) as string,
    pods: [{ name: "keycloak-0" }, { name: "keycloak-1" }],
  });
  expect(nightly).toMatchObject({ verdict: "ready", kind: "CronJob", pods: [{}] });
  expect(nightly?.pods[0]?.imageID).toContain("sha256:");
  await gone("job", "--all");
});

test("an update whose second pod breaks is rolled back, broken pod and all; a run that fails is, too", async () => {
  const before = await podsOf("keycloak");
  const broken = { ...keycloak, env: { BREAKS: "keycloak-0" } };
  const failing = { ...nightly, env: { RUNS_ONCE: "1", BREAKS: "everywhere" } };
  const crashing = { ...agent, env: { BREAKS: "everywhere" } };
  await project.settings({
    services: { ...GOOD, keycloak: broken, nightly: failing, agent: crashing },
  });
  const { exitCode, output } = await project.up();

  expect(exitCode).not.toBe(0);
  expect(output).toMatch(
    /keycloak: crash-loop after \d+ s: .*\(pod keycloak-0, container keycloak\)/,
  );
  expect(output).toMatch(/keycloak: rolled back to sha256:\w{12} .*, ready after \d+ s/);
  expect(output).toMatch(/agent: rolled back to sha256:\w{12} .*, ready after \d+ s/);
  expect(output).toMatch(/nightly: job-failed after \d+ s: BackoffLimitExceeded/);
  expect(output).toContain("breaks as it is told to");
  expect(output).toMatch(/nightly: rolled back to sha256:\w{12} .*, whose template was proved/);

  const after = await podsOf("keycloak");
  expect(after.map(({ name }) => name)).toEqual(before.map(({ name }) => name));
  expect(after.every(({ isReady }) => isReady)).toBe(true);
  const set = await specOf(STATEFUL_SET, "keycloak");
  expect(set?.template.spec.containers[0]?.env ?? []).toEqual([]);
  const times = await specOf(CRON_JOB, "nightly");
  expect(times?.jobTemplate.spec.template.spec.containers[0]?.env).toEqual([
    { name: "RUNS_ONCE", value: "1" },
  ]);
});

test("a partition is ready with the pods above it, and the record says who is held back", async () => {
  const [first] = await podsOf("keycloak");
  const parted = { ...keycloak, stateful: { partition: 1 }, env: { NEW: "1" } };
  await project.settings({
    services: { ...GOOD, keycloak: parted, plausible: { ...plausible, stateful: true } },
  });
  const { output } = await succeed(project.up());
  expect(output).toContain(
    "keycloak: partition 1 holds back keycloak-0: they run an earlier revision",
  );
  expect((await podsOf("keycloak"))[0]).toEqual(first);
  expect((await releases())["keycloak"]).toMatchObject({
    verdict: "ready",
    pods: [{ name: "keycloak-1" }],
    warnings: ["partition 1 holds back keycloak-0: they run an earlier revision"],
  });
  // What delivered it before is gone, and nothing of it stays.
  await gone("deployment/plausible");
  await gone("pod", "--selector=app.kubernetes.io/name=plausible,pod-template-hash");
  expect(await podsOf("plausible")).toMatchObject([{ name: "plausible-0", isReady: true }]);
});

test("one that was deleted by hand is told, and comes back", async () => {
  await kubectl(["--namespace", project.namespace, "delete", "statefulset", "events"]);
  await kubectl(["--namespace", project.namespace, "delete", "cronjob", "nightly"]);
  const told = await succeed(project.pulumi("preview", "--stack=dev"));
  expect(told.output).toMatch(/events: statefulset \S+\/events does not exist any more/);
  expect(told.output).toMatch(/nightly: cronjob \S+\/nightly does not exist any more/);
  await succeed(project.up("--refresh"));
  expect((await releases())["events"]).toMatchObject({ verdict: "ready" });
  expect((await releases())["nightly"]).toMatchObject({ verdict: "ready" });
});
