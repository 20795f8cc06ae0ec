// Proves what is built for migrations and what is said of them; that it works is proved in test/e2e/migrations.
import * as pulumi from "@pulumi/pulumi";

import { migrationLines, migrationOf } from "../../cli/preview/migration.ts";
import type { Step } from "../../cli/preview/step.ts";
import { migrationWords } from "../../cli/migrations.ts";
import { assertSchema } from "../../cli/rollback.ts";
import { failureOf } from "../../cli/release.ts";
import { migrationJob } from "../../components/manifests/migration.ts";
import { workloadManifests } from "../../components/manifests/workload.ts";
import type { ServiceDefinition } from "../../components/service-definition.ts";
import { migrationJobName, migrationKey } from "../../contract/migration-key.ts";
import type { MigrationRecord } from "../../contract/migration-record.ts";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import { called, SCOPE, scopeOf } from "../../provider/release-words.ts";
import { planRollback } from "../../provider/rollback/plan.ts";
import { UNKNOWN } from "../../wire/unknown.ts";
import { IMAGE, service } from "../support/definitions.ts";
import { digest, release } from "../support/release-objects.ts";
import { EARLIER, EARLIER_TEMPLATE, failing } from "../support/rollback-objects.ts";

const MIGRATE = { command: ["/app/migrate", "up"], timeoutSeconds: 60 } as const;
const LAST = "shop-migrate-0123456789";
const RECORD: MigrationRecord = {
  job: LAST,
  verdict: "ready",
  reason: null,
  seconds: 2,
  log: [],
  startedAt: "2026-11-30T01:00:00Z",
  back: "keep",
  last: LAST,
};

interface Job {
  readonly metadata: { readonly name: string; readonly labels: Record<string, string> };
  readonly spec: {
    readonly backoffLimit: number;
    readonly activeDeadlineSeconds: number;
    readonly template: {
      readonly metadata: { readonly labels: Record<string, string> };
      readonly spec: Readonly<Record<string, unknown>> & {
        readonly containers: readonly Readonly<Record<string, unknown>>[];
      };
    };
  };
}

/** The Job once its image is known. */
async function jobOf(definition: Partial<ServiceDefinition>): Promise<Job> {
  const own = service({ ...definition, migrate: definition.migrate ?? MIGRATE });
  const made = pulumi.output(migrationJob(own, own.migrate ?? MIGRATE, IMAGE));
  return new Promise((resolve) => {
    made.apply((job) => {
      resolve(job);
    });
  });
}

describe("the Job", () => {
  test("is the service's own pod with the command, which ends and is not tried again", async () => {
    const { metadata, spec } = await jobOf({ env: { A: "b" }, stopSeconds: 3 });
    const { spec: pod } = spec.template;
    expect(metadata.name).toBe(
      migrationJobName("shop", migrationKey(digest("a"), MIGRATE.command)),
    );
    expect(spec).toMatchObject({ backoffLimit: 0, activeDeadlineSeconds: 120 });
    expect(pod).toMatchObject({
      serviceAccountName: "shop",
      restartPolicy: "Never",
      activeDeadlineSeconds: 60,
      terminationGracePeriodSeconds: 3,
      securityContext: { runAsNonRoot: true },
      containers: [{ name: "shop", image: IMAGE, command: ["/app/migrate", "up"] }],
    });
    expect(Object.keys(pod.containers[0] ?? {}).sort()).toEqual([
      ...["command", "env", "image", "name", "resources", "securityContext", "volumeMounts"],
    ]);
  });

  test("has no label by which anything selects the service's pods, whatever the settings say", async () => {
    const labels = { "app.kubernetes.io/name": "shop", team: "shop" };
    const { spec } = await jobOf({ labels });
    const { networkPolicy, migrationPolicy } = workloadManifests(
      service({ migrate: MIGRATE, egress: [{ cidr: "10.0.0.7/32" }] }),
      IMAGE,
    );
    expect(spec.template.metadata.labels).not.toHaveProperty(["app.kubernetes.io/name"]);
    expect(spec.template.metadata.labels).toMatchObject({
      team: "shop",
      "slipway/migrates": "shop",
    });
    expect(migrationPolicy).toMatchObject({
      metadata: { name: "shop-migrate" },
      spec: { podSelector: { matchLabels: { "slipway/migrates": "shop" } } },
    });
    const policy = migrationPolicy?.spec as unknown as Record<string, unknown>;
    expect(policy["egress"]).toEqual(
      (networkPolicy.spec as unknown as Record<string, unknown>)["egress"],
    );
    expect(policy).not.toHaveProperty("ingress");
  });

  test("has sidecars and init containers, but no claim, port of a node, or container of a patch that would not end", async () => {
    const { spec } = await jobOf({
      stateful: true,
      volumes: { "/data": { perPod: { size: "1Gi" } }, "/memory": { memory: "1Mi" } },
      sidecars: [{ name: "proxy", image: IMAGE, mounts: ["/data", "/memory"] }],
      initContainers: [{ name: "prepare" }],
      affinity: { podAntiAffinity: {}, nodeAffinity: { a: 1 } },
      pod: {
        containers: [
          { name: "shop", command: ["/other"], livenessProbe: {} },
          { name: "agent", image: IMAGE },
        ],
      },
    });
    const { spec: pod } = spec.template;
    expect(pod.containers).toMatchObject([{ name: "shop", command: ["/app/migrate", "up"] }]);
    expect(pod.containers[0]).not.toHaveProperty("livenessProbe");
    expect(pod["affinity"]).toEqual({ nodeAffinity: { a: 1 } });
    expect(JSON.stringify(pod)).not.toMatch(/"\/data"|persistentVolumeClaim|topologySpread/);
    const [prepare, proxy] = pod["initContainers"] as { name: string; volumeMounts: object[] }[];
    expect([prepare?.name, proxy?.name]).toEqual(["prepare", "proxy"]);
    expect(proxy?.volumeMounts).toMatchObject([{ mountPath: "/memory" }]);
  });

  test("is called by no more letters than a label of Kubernetes has", () => {
    const [one, other] = ["a", "b"].map((last) => migrationJobName("s".repeat(62) + last, "0"));
    expect(one?.length).toBeLessThanOrEqual(63);
    expect(one).not.toBe(other);
  });

  test("is nothing that a service without migrations has", () => {
    expect(workloadManifests(service(), IMAGE)).not.toHaveProperty("migrationPolicy");
  });
});

describe("a rollback", () => {
  const after = (back: MigrationRecord["back"], migratedBy?: string) => {
    const inputs: ReadinessInputs = release({
      migrated: { record: { ...RECORD, back }, halt: null },
    });
    const to = { ...EARLIER, ...(migratedBy && { migratedBy }) };
    const finding = { reason: "crash-loop", object: "deployment shop", message: "" } as const;
    return { inputs, to, plan: planRollback(inputs, finding, { lastReady: to }, failing()) };
  };

  test("to a release before the last migration says that the schema stays", () => {
    const { inputs, to, plan } = after("keep");
    expect(plan).toMatchObject({ kind: "restore", template: EARLIER_TEMPLATE });
    expect(scopeOf(inputs, to)).toBe(`${SCOPE}: the schema stays as job ${LAST} has left it`);
  });

  test("is not done where the settings refuse it, except to a release since the migration", () => {
    const { inputs, plan } = after("refuse");
    expect(plan).toMatchObject({
      why: `not rolled back: migrate.back is refuse, and the last release that was ready, ${called(EARLIER, inputs)}, is older than the last migration, job ${LAST}; pods of it serve as far as they still run; deliver a fix, or set back: keep if it works with the schema of now`,
    });
    const since = after("refuse", LAST);
    expect(since.plan).toMatchObject({ kind: "restore" });
    expect(scopeOf(since.inputs, since.to)).toBe(SCOPE);
  });

  test("by hand is refused by the same rule, and always possible after a migration that failed", () => {
    const assert = (record: Partial<MigrationRecord>, migratedBy?: string) => () => {
      const entry = { digest: digest("b"), ...(migratedBy !== undefined && { migratedBy }) };
      assertSchema("shop", { migration: { ...RECORD, ...record } }, entry);
    };
    expect(assert({ back: "refuse" }, "shop-migrate-older")).toThrow(
      `shop: ${digest("b").slice(0, 19)} is older than the last migration, job ${LAST}, and slipway:services.shop.migrate.back is refuse; allowed: a release since then; deliver a fix, or set back: keep if it works with the schema of now and run pulumi up first`,
    );
    expect(assert({ back: "refuse" })).toThrow("is older than the last migration");
    expect(assert({ back: "refuse" }, LAST)).not.toThrow();
    expect(assert({ back: "keep" })).not.toThrow();
    expect(assert({ back: "refuse", last: null, verdict: "failed" })).not.toThrow();
  });
});

describe("people read", () => {
  const stepOf = (planned: object, image: string = IMAGE) =>
    ({
      type: RESOURCES.Migration,
      action: "update",
      after: { command: "/app/migrate up", image, back: "keep" },
      planned,
    }) as unknown as Step;
  const lines = (step: Step) => migrationLines("shop", migrationOf([step]));

  test("in the comment on a preview what will run, and on what", () => {
    const short = digest("a").slice(0, 19);
    expect(lines(stepOf({ result: UNKNOWN }))).toEqual([
      `- \`shop\`: **migration runs**: \`/app/migrate up\` on \`${short}\``,
    ]);
    expect(lines(stepOf({ result: UNKNOWN }, UNKNOWN))).toEqual([
      "- `shop`: **migration runs**: `/app/migrate up` on the image that is built",
    ]);
    expect(lines(stepOf({ result: { record: RECORD } }))).toEqual([
      `- \`shop\`: migration does not run: \`/app/migrate up\` on \`${short}\` was proved before`,
    ]);
    expect(migrationOf([{ ...stepOf({}), action: "same" }])).toEqual({});
  });

  test("in the report how it ended, and that the schema stayed", () => {
    const words = (migration: Partial<MigrationRecord>, running: object | null = null) =>
      migrationWords({ migration: { ...RECORD, ...migration }, running } as ReleaseRecord);
    expect(words({})).toBe(`job ${LAST} ended well (2 s, 2026-11-30T01:00:00Z)`);
    expect(words({ verdict: "failed", reason: "timed-out" })).toBe(
      `job ${LAST} failed: timed-out (2 s, 2026-11-30T01:00:00Z); no pod of the release was started`,
    );
    expect(words({}, { migratedBy: "shop-migrate-older" })).toBe(
      `job ${LAST} ended well (2 s, 2026-11-30T01:00:00Z); the schema stays as job ${LAST} has left it, with the release that runs instead`,
    );
    expect(migrationWords({ running: null } as ReleaseRecord)).toBeUndefined();
  });

  test("after a command that a migration has stopped that what ran before runs", () => {
    const of = (reason: string) => {
      const migration: MigrationRecord = { ...RECORD, verdict: "failed", reason };
      const record = { verdict: "failed", reason, migration, running: { verdict: "ready" } };
      return failureOf({ shop: record as ReleaseRecord }, "dev")?.message;
    };
    expect(of("migration-failed")).toBe(
      "failed, and what ran before runs: shop (migration-failed)",
    );
    expect(of("cluster-unreachable")).toBe(
      "failed, and what ran before runs: shop (cluster-unreachable)",
    );
  });
});
