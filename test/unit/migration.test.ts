// Proves what the provider does of migrations, on a stand-in for the API server. Cannot prove that Kubernetes runs them: test/e2e/migrations does.
import { migrationJobName, migrationKey } from "../../contract/migration-key.ts";
import type { MigrationResult } from "../../contract/migration.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import { Cluster } from "../../provider/cluster.ts";
import { KubeconfigApi } from "../../provider/cluster/api.ts";
import { SlipwayProvider } from "../../provider/slipway.ts";
import type { Properties, Subject } from "../../wire/plugin.ts";
import { UNKNOWN } from "../../wire/unknown.ts";
import { type ApiObject, ApiServer } from "../support/api-server.ts";
import { removeFolders } from "../support/folder.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { digest, unreadyPod } from "../support/release-objects.ts";

const COMMAND = ["/app/migrate", "up"];
const ended = (type: "Complete" | "Failed") => ({
  startTime: "2026-11-30T01:00:00Z",
  completionTime: "2026-11-30T01:00:04Z",
  conditions: [{ type, status: "True", reason: "BackoffLimitExceeded" }],
});

let server: ApiServer;
let provider: SlipwayProvider;
let told: string[];
let subject: Subject;
/** How each Job ends that is created. */
let outcomes: ("Complete" | "Failed" | "runs")[];
beforeEach(async () => {
  server = await ApiServer.start();
  server.kinds = [{ name: "jobs", kind: "Job", namespaced: true }];
  provider = new SlipwayProvider(
    (config, secrets) => new Cluster(new KubeconfigApi(config), secrets),
  );
  provider.configure({ ...kubeconfigOf(server.url) });
  told = [];
  const tell = (text: string) => void told.push(text);
  subject = {
    urn: "urn:pulumi:dev::shop::slipway:index:Migration::shop",
    type: RESOURCES.Migration,
    name: "shop",
    log: { info: tell, warn: tell, error: tell, status: tell },
  };
  outcomes = [];
  server.created = (resource, object) => {
    const outcome = resource === "jobs" ? (outcomes.shift() ?? "Complete") : "runs";
    if (outcome !== "runs") {
      server.apply(resource, { ...object, status: ended(outcome) } as ApiObject);
    }
  };
});
afterEach(async () => {
  provider.close();
  await server.stop();
});
afterAll(removeFolders);

function inputs(letter: string, command: readonly string[] = COMMAND, more: object = {}) {
  const image = `registry.example.com/shop@${digest(letter)}`;
  const key = migrationKey(digest(letter), command);
  const job = jobOf(key, image, command);
  return {
    ...{ service: "shop", namespace: "shop-dev", kind: "Deployment", image, key, job },
    ...{ command: command.join(" "), timeoutSeconds: 60, back: "keep", ...more },
  };
}

function jobOf(key: string, image: string, command: readonly string[] = COMMAND) {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: migrationJobName("shop", key),
      uid: "",
      labels: { "slipway/migrates": "shop" },
      annotations: { "slipway/migration": key },
    },
    spec: { template: { spec: { containers: [{ name: "shop", image, command }] } } },
  };
}

async function create(news: Properties): Promise<Properties> {
  const args = { inputs: news, preview: false, timeoutSeconds: 0 };
  return (await provider.create(subject, args)).outputs;
}

const change = (news: Properties, oldOutputs: Properties) => ({
  ...{ id: "shop-dev/shop", oldInputs: oldOutputs, oldOutputs, news, ignoreChanges: [] },
});
const update = (news: Properties, stored: Properties, preview = false) =>
  provider.update(subject, { ...change(news, stored), preview, timeoutSeconds: 0 });
const isChanged = async (news: Properties, stored: Properties) =>
  (await provider.diff(subject, change(news, stored))).changed.length > 0;

const resultOf = ({ result }: Properties) => result as MigrationResult;
const createdJobs = () => server.requests.filter((request) => request === "create jobs").length;

test("runs once for each image and command, in whatever order they come, also when its Job is gone", async () => {
  const first = await create(inputs("a"));
  expect(resultOf(first)).toMatchObject({
    record: { job: inputs("a").job.metadata.name, verdict: "ready", seconds: 4 },
    halt: null,
  });
  const second = await update(inputs("b"), first);
  server.delete("jobs", inputs("b").job.metadata.name);

  const back = await update(inputs("a"), second);

  expect(createdJobs()).toBe(2);
  expect(resultOf(back).record).toMatchObject({
    job: inputs("a").job.metadata.name,
    last: inputs("b").job.metadata.name,
    verdict: "ready",
  });
  await update(inputs("a", ["/app/migrate", "down"]), back);
  expect(createdJobs()).toBe(3);
});

test("sees no change in settings, credentials and images of the same digest, and one in the way back", async () => {
  const stored = await create(inputs("a"));
  expect(await isChanged(inputs("a", COMMAND, { timeoutSeconds: 5 }), stored)).toBe(false);
  const copied = { ...inputs("a"), image: `mirror.example.com/shop@${digest("a")}` };
  expect(await isChanged(copied, stored)).toBe(false);
  const refusing = inputs("a", COMMAND, { back: "refuse" });
  expect(await isChanged(refusing, stored)).toBe(true);
  expect(resultOf(await update(refusing, stored)).record.back).toBe("refuse");
  expect(createdJobs()).toBe(1);
});

test("keeps a failure as a result, and replaces the failed Job with the next up", async () => {
  outcomes = ["Failed"];
  const failed = await create(inputs("a"));
  expect(resultOf(failed)).toMatchObject({
    record: { verdict: "failed", reason: "job-failed", last: null },
    halt: {
      uid: null,
      generation: 1,
      evidence: { object: `job ${inputs("a").job.metadata.name}` },
    },
  });
  expect(await isChanged(inputs("a"), failed)).toBe(true);

  const again = await update(inputs("a"), failed);

  expect(resultOf(again).record).toMatchObject({ verdict: "ready" });
  expect(told).toContain(
    `shop: job ${inputs("a").job.metadata.name} failed before; it is replaced`,
  );
});

test("awaits the Job of somebody else who was faster, and reports its failure without a run of its own", async () => {
  const { job } = inputs("a");
  server.creates = () => {
    server.creates = undefined;
    const uid = "of-somebody-else";
    server.apply("jobs", { ...job, metadata: { ...job.metadata, uid }, status: {} } as ApiObject);
    setTimeout(() => {
      const status = ended("Failed");
      server.apply("jobs", { ...job, metadata: { ...job.metadata, uid }, status } as ApiObject);
    }, 50);
  };

  const { record } = resultOf(await create(inputs("a")));

  expect(record).toMatchObject({ verdict: "failed", reason: "job-failed" });
  expect(createdJobs()).toBe(1);
});

test("awaits a Job that a killed run has left", async () => {
  const { job } = inputs("a");
  const left = { ...job, metadata: { ...job.metadata, uid: "left" }, status: ended("Complete") };
  server.apply("jobs", left);

  const { record } = resultOf(await create(inputs("a")));

  expect(record).toMatchObject({ verdict: "ready", seconds: 4 });
  expect(createdJobs()).toBe(0);
});

test("waits for the end of another image's migration", async () => {
  const { job } = inputs("b");
  const metadata = { ...job.metadata, uid: "other" };
  server.apply("jobs", { ...job, metadata, status: { active: 1 } } as ApiObject);
  const status = (text: string) => {
    told.push(text);
    if (text.startsWith("waits for")) {
      expect(createdJobs()).toBe(0);
      server.apply("jobs", { ...job, metadata, status: ended("Failed") } as ApiObject);
    }
  };
  subject = { ...subject, log: { ...subject.log, status } };

  const { record } = resultOf(await create(inputs("a")));

  expect(record.verdict).toBe("ready");
  expect(told).toContain(
    `waits for the end of job ${job.metadata.name} before job ${inputs("a").job.metadata.name}`,
  );
});

const IMAGE_OF_A = `registry.example.com/shop@${digest("a")}`;
const OWN = { name: "shop", image: IMAGE_OF_A, command: COMMAND };
const withContainers = (...containers: readonly object[]) => ({
  template: { spec: { containers } },
});

test.each<[string, object]>([
  [
    "a different image",
    withContainers({ ...OWN, image: `registry.example.com/shop@${digest("c")}` }),
  ],
  ["a different command", withContainers({ ...OWN, command: ["/bin/true"] })],
  ["no command of its own", withContainers({ name: "shop", image: IMAGE_OF_A })],
  ["other arguments", withContainers({ ...OWN, args: ["--dry-run"] })],
  [
    "the image in a container beside another one",
    withContainers({ ...OWN, command: ["/bin/true"] }, { ...OWN, name: "other" }),
  ],
  ["nothing, because none has to end well", { ...withContainers(OWN), completions: 0 }],
  ["nothing, because somebody else manages it", { ...withContainers(OWN), managedBy: "me.io/a" }],
])("takes no Job of the name for its own that runs %s", async (_, spec) => {
  const { job } = inputs("a");
  const metadata = { ...job.metadata, uid: "foreign" };
  server.apply("jobs", { ...job, spec, metadata, status: ended("Complete") } as ApiObject);

  const { record, halt } = resultOf(await create(inputs("a")));

  expect(record).toMatchObject({ verdict: "failed", reason: "migration-failed" });
  expect(halt?.evidence.message).toBe(
    `job ${job.metadata.name} exists, and does not run this migration; somebody else has created it: delete it`,
  );
});

test("takes a Job for its own whose settings were others, and that the API server has completed", async () => {
  const { job } = inputs("a");
  const container = { ...OWN, args: [], image: `mirror.example.com/shop@${digest("a")}`, env: [] };
  const spec = { ...withContainers(container), completions: 1, parallelism: 1 };
  const metadata = { ...job.metadata, uid: "mine" };
  server.apply("jobs", { ...job, spec, metadata, status: ended("Complete") } as ApiObject);

  expect(resultOf(await create(inputs("a"))).record.verdict).toBe("ready");
  expect(createdJobs()).toBe(0);
});

test("deletes a Job that cannot begin, because it would begin when nobody looks", async () => {
  const { job, image } = inputs("a");
  server.created = (resource, object) => {
    const waiting = { reason: "ErrImagePull", message: `failed to pull: ${image}: not found` };
    const pod = unreadyPod("shop-migrate-1", object.metadata.uid, { state: { waiting } });
    if (resource === "jobs") {
      server.apply("pods", pod as ApiObject);
    }
  };

  const { record, halt } = resultOf(await create(inputs("a")));

  expect(record).toMatchObject({ verdict: "failed", reason: "image-not-found" });
  expect(halt?.evidence.notes).toContain(`job ${job.metadata.name} has not begun, and was deleted`);
  expect(server.requests).toContain("delete jobs");
});

test("says what it lacks to create a Job", async () => {
  server.faults.set("create jobs", 403);
  const { record, halt } = resultOf(await create(inputs("a")));
  expect(record).toMatchObject({ verdict: "failed", reason: "forbidden" });
  expect(halt?.evidence.message).toContain('cannot create resource "jobs"');
});

test("says in a preview what will run, and what will not", async () => {
  const preview = { preview: true, timeoutSeconds: 0 };
  const unbuilt = { ...inputs("a"), image: UNKNOWN, key: UNKNOWN, job: UNKNOWN };
  await provider.create(subject, { inputs: unbuilt, ...preview });
  const { outputs } = await provider.create(subject, { inputs: inputs("a"), ...preview });
  expect(outputs["result"]).toBe(UNKNOWN);
  const stored = await update(inputs("b"), await create(inputs("a")));
  const rests = await update(inputs("a"), stored, true);
  const unwise = { ...inputs("b"), command: "/app/migrate --password hunter2hunter2" };
  await provider.create(subject, { inputs: unwise, ...preview });

  expect(resultOf(rests).record.verdict).toBe("ready");
  expect(told.filter((text) => text.includes("migration "))).toEqual([
    "shop: migration runs: /app/migrate up on the image that is not built yet",
    `shop: migration runs: /app/migrate up on ${digest("a").slice(0, 19)}`,
    `shop: migration runs: /app/migrate up on ${digest("a").slice(0, 19)}`,
    `shop: migration runs: /app/migrate up on ${digest("b").slice(0, 19)}`,
    `shop: migration does not run: /app/migrate up on ${digest("a").slice(0, 19)} was proved by job ${inputs("a").job.metadata.name} at 2026-11-30T01:00:00Z`,
    `shop: migration runs: /app/migrate --password *** on ${digest("b").slice(0, 19)}`,
  ]);
});

test("clears away the Jobs of earlier migrations, and all of them with the service", async () => {
  const first = await create(inputs("a"));
  await update(inputs("b"), first);
  const names = async () => {
    const path = "/apis/batch/v1/namespaces/shop-dev/jobs";
    const answer = (await (await fetch(server.url + path)).json()) as { items: ApiObject[] };
    return answer.items.map(({ metadata }) => metadata.name);
  };
  expect(await names()).toEqual([inputs("b").job.metadata.name]);
  await provider.delete(subject, {
    ...{ id: "shop-dev/shop", outputs: {}, inputs: inputs("b"), timeoutSeconds: 0 },
  });
  expect(await names()).toEqual([]);
});
