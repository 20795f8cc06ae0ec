// Proves each kind on the platform's one kubelet, with Keycloak and Plausible as their makers deploy them. Cannot prove nodes that come
// and go (unit tests of the rules do), nor a class that makes volumes: the story makes them.
import { cp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import type { KubernetesObject } from "@kubernetes/client-node";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { cluster } from "../../testbed/cluster.ts";
import { type Kind, POD, SERVICE } from "../../testbed/kinds.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { Project } from "../../testbed/project.ts";
import { succeed } from "../../testbed/succeed.ts";
import { application } from "../support/applications.ts";
import { expectFields } from "../support/live-fields.ts";
import { LocalVolume } from "../support/local-volume.ts";
import { createSecret, namespaceMade } from "../support/namespace-made.ts";

interface Pods {
  readonly template: {
    readonly spec: { readonly containers: readonly { readonly env?: object[] }[] };
  };
}

interface Plain extends KubernetesObject {
  readonly spec?: Pods & { readonly jobTemplate: { readonly spec: Pods } };
}

const STATEFUL_SET: Kind<Plain> = { apiVersion: "apps/v1", kind: "StatefulSet" };
const CRON_JOB: Kind<Plain> = { apiVersion: "batch/v1", kind: "CronJob" };

const build = { of: "keycloak" };
const SMALL = {
  build,
  stopSeconds: 1,
  resources: { requests: { cpu: "10m", memory: "32Mi" } },
};
const SERVING = { ...SMALL, port: 8080, drainSeconds: 0, settleSeconds: 0 };

const { keycloak, ...identity } = application<"keycloak" | "postgres">("keycloak");
const {
  plausible,
  "plausible-events-db": store,
  ...statistics
} = application<"plausible" | "plausible-db" | "plausible-events-db">("plausible");
const events = { ...store, stateful: { podManagementPolicy: "Parallel" as const } };
const nightly = {
  ...SMALL,
  env: { RUNS_ONCE: "1" },
  schedule: {
    cron: "0 3 * * *",
    timeZone: "Europe/Berlin",
    concurrency: "Forbid" as const,
    history: { successful: 1, failed: 1 },
    activeDeadlineSeconds: 120,
    backoffLimit: 0,
  },
};
/** One on each node that takes it; nodes without a kubelet are tainted. */
const agent = { ...SERVING, everyNode: true as const };
const REAL = {
  ...{ keycloak, ...identity },
  ...{ plausible, "plausible-events-db": events, ...statistics },
};
const GOOD = { ...REAL, nightly, agent };
/** The claims that the services have: a cluster without storage classes makes no volumes for them. */
const CLAIMS = ["plausible-data", "data-plausible-db-0", "data-plausible-events-db-0"];

let project: Project;
const volumes: LocalVolume[] = [];
beforeAll(async () => {
  project = await Project.create("kinds");
  const { namespace } = project;
  for (const claim of CLAIMS) {
    volumes.push(await LocalVolume.create({ namespace, claim }));
  }
  const program = join(import.meta.dirname, "../fixtures/kinds");
  for (const context of ["keycloak", "plausible"]) {
    await cp(program, join(project.folder, context), { recursive: true });
  }
  await project.settings({ services: GOOD });
  await project.commit("good");
  const secrets = namespaceMade(namespace).then(async () => {
    await createSecret(namespace, "keycloak", { "admin-password": "a", "database-password": "b" });
    await createSecret(namespace, "plausible-db", { password: "c" });
    await createSecret(namespace, "plausible-config", { SECRET_KEY_BASE: "d" });
  });
  await Promise.all([succeed(project.up()), secrets]);
});
afterAll(async () => {
  await project.dispose().finally(() => Promise.all(volumes.map((volume) => volume.dispose())));
});

async function releases() {
  const outputs = await project.outputs<{ releases: Readonly<Record<string, ReleaseRecord>> }>();
  return outputs.releases;
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

/** Who started with a volume: each time that something did. */
async function startsOf(path: string): Promise<string[]> {
  const files = await readdir(path, { recursive: true });
  const file = files.find((each) => each.endsWith("starts")) ?? "";
  return (await readFile(join(path, file), "utf8")).trim().split("\n");
}

const gone = (...what: string[]) =>
  kubectl(["--namespace", project.namespace, "wait", "--for=delete", "--timeout=30s", ...what]);

const environmentOf = async (name: string) =>
  (await specOf(STATEFUL_SET, name))?.template.spec.containers[0]?.env;

const specOf = async (kind: Kind<Plain>, name: string) =>
  (await cluster.get(kind, project.namespace, name)).spec;

test("each setting of Keycloak, of Plausible and of what runs beside them is a field in the cluster", async () => {
  await expectFields(project.namespace, GOOD);
  expect((await cluster.get(SERVICE, project.namespace, "keycloak")).spec?.clusterIP).toMatch(/\d/);
  const [first] = await podsOf("plausible-events-db");
  expect(first).toMatchObject({ name: "plausible-events-db-0", isReady: true });
  // Each has a folder of its own, and writes to it.
  expect(await Promise.all(volumes.map(({ path }) => startsOf(path)))).toEqual([
    [expect.stringMatching(/^plausible-/)],
    ["plausible-db-0"],
    ["plausible-events-db-0"],
  ]);
});

test("each kind is proved by the digest of its pods", async () => {
  const { keycloak, nightly, agent, postgres } = await releases();
  expect(postgres).toMatchObject({ verdict: "ready", pods: [{ name: "postgres-0" }] });
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
  const env = await environmentOf("keycloak");
  const broken = { ...keycloak, env: { ...keycloak.env, BREAKS: "keycloak-0" } };
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
  expect(await environmentOf("keycloak")).toEqual(env);
  const times = await specOf(CRON_JOB, "nightly");
  expect(times?.jobTemplate.spec.template.spec.containers[0]?.env).toEqual([
    { name: "RUNS_ONCE", value: "1" },
  ]);
});

test("a partition is ready with the pods above it, and the record says who is held back", async () => {
  const [first] = await podsOf("keycloak");
  const parted = {
    ...keycloak,
    stateful: { serviceName: "keycloak-discovery", partition: 1 },
    env: { ...keycloak.env, NEW: "1" },
  };
  // Two kinds cannot share a volume of one writer.
  const named = {
    ...{ ...plausible, volumes: {}, stateful: true },
    writable: ["/tmp", "/var/lib/plausible"],
  };
  await project.settings({ services: { ...GOOD, keycloak: parted, plausible: named } });
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
  await kubectl(["--namespace", project.namespace, "delete", "statefulset", "plausible-events-db"]);
  await kubectl(["--namespace", project.namespace, "delete", "cronjob", "nightly"]);
  const told = await succeed(project.pulumi("preview", "--stack=dev"));
  expect(told.output).toMatch(
    /plausible-events-db: statefulset \S+\/plausible-events-db does not exist any more/,
  );
  expect(told.output).toMatch(/nightly: cronjob \S+\/nightly does not exist any more/);
  await succeed(project.up("--refresh"));
  expect((await releases())["plausible-events-db"]).toMatchObject({ verdict: "ready" });
  expect((await releases())["nightly"]).toMatchObject({ verdict: "ready" });
  // It has its claim again.
  expect(await startsOf(volumes.at(-1)?.path ?? "")).toHaveLength(2);
});
