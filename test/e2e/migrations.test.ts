// Proves migrations with Debian's PostgreSQL and node-pg-migrate, in the image of the service. Cannot prove a node that is lost meanwhile, nor two ups at
// once that no lock of a state keeps apart: unit tests do.
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { V1Job, V1NetworkPolicy } from "@kubernetes/client-node";

import type { HistoryEntry, ReleaseRecord } from "../../contract/release-record.ts";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, type Kind, POD } from "../../testbed/kinds.ts";
import type { KillableUp } from "../../testbed/killable-up.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { Project } from "../../testbed/project.ts";
import { succeed } from "../../testbed/succeed.ts";
import { copyPackages } from "../support/packages.ts";
import { Postgres } from "../support/postgres.ts";

const JOB: Kind<V1Job> = { apiVersion: "batch/v1", kind: "Job" };
const NETWORK_POLICY: Kind<V1NetworkPolicy> = {
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
};
const TOOL = "/app/node_modules/node-pg-migrate/bin/node-pg-migrate.js";
const DATABASES = ["shop", "syntax", "crash", "late", "toolless"] as const;
type Name = (typeof DATABASES)[number] | "cart";

/** Waits in the middle until the story lets it go on, and says how often it was begun: what is outside of the transaction stays. */
const SLOW = `-- Up Migration
select dblink_exec(
  format('host=%s port=%s dbname=shop user=owner', current_setting('unix_socket_directories'), current_setting('port')),
  'insert into runs values (now())'
);
select pg_advisory_xact_lock(42);
`;
const CRASH = `exports.up = (pgm) => {
  pgm.noTransaction();
  pgm.sql("create table if not exists half (id int)");
  pgm.sql("select 1");
  if (process.env.CRASHES !== undefined) {
    setTimeout(() => process.exit(7), 500);
    pgm.sql("select pg_sleep(10)");
  }
};
`;

let project: Project;
let postgres: Postgres;
let other: KillableUp | undefined;
beforeAll(async () => {
  [project, postgres] = await Promise.all([Project.create("migrations"), Postgres.start()]);
  for (const database of DATABASES) {
    await postgres.sql("postgres", `create database ${database}`);
  }
  await postgres.sql("shop", "create extension dblink; create table runs (at timestamptz)");
  await postgres.sql("late", "create table items (id int)");
  const context = join(project.folder, "database");
  await cp(join(import.meta.dirname, "../fixtures/migrations"), context, { recursive: true });
  await copyPackages(["node-pg-migrate", "pg"], context);
  await writeFile(join(project.folder, ".gitignore"), "Pulumi.*.yaml.bak\n");
  await migration("shop", "1_items.sql", "-- Up Migration\ncreate table items (id int);\n");
  await migration("syntax", "1_broken.sql", "-- Up Migration\ncreate tabel items (id int);\n");
  await migration("fixed", "1_items.sql", "-- Up Migration\ncreate table items (id int);\n");
  await migration("crash", "1_half.cjs", CRASH);
  await migration("late", "1_late.sql", "-- Up Migration\nalter table items add name text;\n");
  await project.commit("the first migrations");
});
afterAll(async () => {
  other?.dispose();
  await project.dispose().finally(() => postgres.dispose());
});

async function migration(folder: string, name: string, content: string): Promise<void> {
  const path = join(project.folder, "database/migrations", folder);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, name), content);
}

const tool = (folder: string) => [
  ...["node", TOOL, "up", "--migrations-dir", `/app/migrations/${folder}`, "--no-check-order"],
];

const COMMON = {
  port: 8080,
  replicas: 1,
  drainSeconds: 0,
  stopSeconds: 1,
  settleSeconds: 0,
  resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "1", memory: "256Mi" } },
};
const BUILD = { context: "database", args: { BASE: "${SLIPWAY_BASE_IMAGE}" } };

function service(database: string, command: readonly string[], more: object = {}, env = {}) {
  return {
    ...COMMON,
    build: database === "shop" ? BUILD : { of: "shop" },
    env: {
      PGHOST: postgres.host,
      PGPORT: String(postgres.port),
      PGUSER: postgres.user,
      PGDATABASE: database,
      ...env,
    },
    credentials: ["database"],
    egress: [{ cidr: `${postgres.host}/32`, ports: [postgres.port] }],
    migrate: { command, ...more },
  };
}

const cart = (env: object = {}) => ({ ...COMMON, build: { of: "shop" }, env });

async function settings(services: object): Promise<void> {
  const keys = { PGPASSWORD: { setting: "password" } };
  await project.settings({ credentials: { database: { keys } }, services });
  await project.secret("password", postgres.password);
}

interface Outputs {
  readonly releases: Readonly<Record<Name, ReleaseRecord>>;
  readonly history: Readonly<Record<Name, readonly HistoryEntry[]>>;
}

const outputs = () => project.outputs<Outputs>();
const jobs = (name: string) => cluster.list(JOB, project.namespace, `slipway/migrates=${name}`);
const podsOf = async (name: string) => {
  const pods = await cluster.list(POD, project.namespace, `app.kubernetes.io/name=${name}`);
  return pods.map(({ metadata }) => metadata?.uid).sort();
};
const runs = () => postgres.sql("shop", "select count(*) from runs");

async function standing(name: string) {
  const { metadata } = await cluster.get(DEPLOYMENT, project.namespace, name);
  return { generation: metadata?.generation, pods: await podsOf(name) };
}

/**
 * Waits until nobody is connected to a database. Of a client that is gone PostgreSQL hears only when it answers: the tool's lock is held until then.
 */
async function left(database: string): Promise<void> {
  const sessions = `select count(*) from pg_stat_activity where datname = '${database}'`;
  while ((await postgres.sql("postgres", sessions)) !== "0") {
    await sleep(200);
  }
}

/** Waits until no pod of a migration is there: one that was told to go may still end well. */
async function ended(name: string): Promise<void> {
  while ((await cluster.list(POD, project.namespace, `slipway/migrates=${name}`)).length > 0) {
    await sleep(200);
  }
}

/** Waits until a migration has begun to work. */
async function begun(count: string): Promise<void> {
  while ((await runs()) !== count && other?.hasEnded === false) {
    await sleep(200);
  }
}

test("a migration runs before the pods, and one that fails halts its service alone, with the reason", async () => {
  const release = await postgres.hold("late", "lock table items");
  await settings({
    shop: service("shop", tool("shop")),
    cart: cart(),
    syntax: service("syntax", tool("syntax")),
    crash: service("crash", tool("crash"), {}, { CRASHES: "1" }),
    late: service("late", tool("late"), { timeoutSeconds: 6 }),
    toolless: service("toolless", ["/app/nothing", "up"]),
  });

  const preview = await succeed(project.pulumi("preview", "--stack=dev"));
  expect(preview.output).toContain(`shop: migration runs: node ${TOOL} up`);
  const up = await project.up().finally(release);
  expect(up.exitCode).not.toBe(0);
  const { releases } = await outputs();
  const { shop, syntax, crash, late, toolless } = releases;

  expect(releases.cart).toMatchObject({ verdict: "ready" });
  expect(shop).toMatchObject({ verdict: "ready", migration: { verdict: "ready", back: "keep" } });
  expect(shop.migration?.log.join("\n")).toContain("create table items");
  expect(shop.migratedBy).toBe(shop.migration?.job);
  expect(await postgres.sql("shop", "select count(*) from items")).toBe("0");
  const [job] = await jobs("shop");
  expect(job?.metadata?.name).toBe(shop.migration?.job);
  expect(job?.spec?.template.metadata?.labels).not.toHaveProperty(["app.kubernetes.io/name"]);
  const policy = await cluster.get(NETWORK_POLICY, project.namespace, "shop-migrate");
  expect(policy.spec?.ingress).toBeUndefined();

  for (const failed of [syntax, crash, late, toolless]) {
    expect(failed).toMatchObject({ verdict: "failed", reason: "migration-failed", running: null });
  }
  const texts = (record: ReleaseRecord) => JSON.stringify(record.evidence);
  expect(texts(syntax)).toContain('syntax error at or near \\"tabel\\"');
  expect(texts(syntax)).toContain("exit code 1");
  expect(syntax.migration?.log.join("\n")).toContain("syntax error");
  expect(texts(crash)).toContain("exit code 7");
  expect(late.migration).toMatchObject({ reason: "timed-out" });
  expect(texts(late)).toContain("ran longer than migrate.timeoutSeconds, 6 s");
  expect(texts(toolless)).toContain(
    "the image may lack what migrate.command names: /app/nothing up",
  );
  expect(up.output).toContain("no pod of the release was started");
  expect(JSON.stringify(releases)).not.toContain(postgres.password);
  for (const name of ["syntax", "crash", "late", "toolless"]) {
    expect(await podsOf(name)).toEqual([]);
  }
  await left("crash");
});

test("the next up runs what failed again, and nothing that was proved, also when its Job is gone", async () => {
  const [before] = await jobs("shop");
  await kubectl(["--namespace", project.namespace, "delete", "job", before?.metadata?.name ?? ""]);
  await settings({
    shop: service("shop", tool("shop"), {}, { ANSWER: "42" }),
    cart: cart(),
    syntax: service("syntax", tool("fixed")),
    crash: service("crash", tool("crash")),
    late: service("late", tool("late"), { timeoutSeconds: 120 }),
    toolless: service("toolless", tool("fixed")),
  });

  const { output } = await succeed(project.up());
  expect(output).not.toContain("shop: migration runs");
  expect(output).toMatch(/late: job late-migrate-\w+ failed before; it is replaced/);
  expect(await jobs("shop")).toEqual([]);
  const { releases } = await outputs();
  expect(releases.shop.migration).toMatchObject({ job: before?.metadata?.name, verdict: "ready" });
  for (const name of ["syntax", "crash", "late", "toolless"] as const) {
    expect(releases[name]).toMatchObject({ verdict: "ready", migration: { verdict: "ready" } });
  }
  expect(await postgres.sql("crash", "select count(*) from half")).toBe("0");
  await succeed(project.pulumi("preview", "--stack=dev", "--expect-no-changes"));
});

test("a killed up is resumed, and beside one that runs a second is refused: the migration runs once", async () => {
  await settings({ shop: service("shop", tool("shop")), cart: cart() });
  await migration("shop", "2_slow.sql", SLOW);
  await project.commit("a slow migration");
  const release = await postgres.hold("shop", "select pg_advisory_lock(42)");

  other = project.killableUp();
  await other.reaches(begun("1"));
  await other.kill("SIGKILL", "job");
  await project.unlock();
  other = project.killableUp();
  await other.seen(/job shop-migrate-\w+ runs already; this run waits for its end/);
  const second = await project.up();
  expect(second.exitCode).not.toBe(0);
  await release();
  await succeed(other.ended);
  expect(await runs()).toBe("1");
  const { shop } = (await outputs()).releases;
  expect(shop).toMatchObject({ verdict: "ready", migration: { verdict: "ready" } });
});

test("a Job that is deleted by hand halts the release before a pod is touched, and runs with the next up", async () => {
  const before = await standing("shop");
  const { shop: good } = (await outputs()).releases;
  await migration("shop", "3_slow.sql", SLOW);
  await project.commit("another slow migration");
  const release = await postgres.hold("shop", "select pg_advisory_lock(42)");

  other = project.killableUp();
  await other.reaches(begun("2"));
  await kubectl(["--namespace", project.namespace, "delete", "job", "-l", "slipway/migrates=shop"]);
  expect((await other.ended).exitCode).not.toBe(0);
  await ended("shop");
  await release();
  const { shop } = (await outputs()).releases;
  expect(shop).toMatchObject({
    verdict: "failed",
    reason: "migration-failed",
    running: { digest: good.digest, verdict: "ready" },
    migration: { reason: "object-missing", last: good.migration?.job },
  });
  expect(await standing("shop")).toEqual(before);

  await succeed(project.up());
  expect(await runs()).toBe("3");
});

test("a release that fails after its migration is rolled back and says that the schema stays, or is not if the settings refuse it", async () => {
  const { shop: good } = (await outputs()).releases;
  await settings({ shop: service("shop", tool("shop"), {}, { BREAKS: "1" }), cart: cart() });
  await migration("shop", "4_name.sql", "-- Up Migration\nalter table items add name text;\n");
  await project.commit("a migration before pods that crash");
  const kept = await project.up();
  expect(kept.exitCode).not.toBe(0);
  const first = (await outputs()).releases.shop;
  expect(first.running).toMatchObject({ digest: good.digest, migratedBy: good.migratedBy });
  expect(kept.output).toContain(
    `the schema stays as job ${first.migration?.job ?? ""} has left it`,
  );

  const refuse = { back: "refuse" };
  await settings({ shop: service("shop", tool("shop"), refuse, { BREAKS: "2" }), cart: cart() });
  await migration("shop", "5_price.sql", "-- Up Migration\nalter table items add price int;\n");
  await project.commit("another one");
  const refused = await project.up();
  expect(refused.exitCode).not.toBe(0);
  const second = (await outputs()).releases.shop;
  expect(second).toMatchObject({ verdict: "failed", running: null, migration: { back: "refuse" } });
  expect(refused.output).toContain("not rolled back: migrate.back is refuse");
  // Its pods still serve.
  expect(await podsOf("shop")).toHaveLength(2);

  const back = await project.slipway("rollback", "--stack=dev", "--service=shop", "--yes");
  expect(back.exitCode).not.toBe(0);
  expect(back.output).toContain("is older than the last migration");
});
