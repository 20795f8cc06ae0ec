// Proves volumes, variables, folders, init containers, sidecars and replacement as n8n's and Superset's makers deploy them, on one node.
// It cannot prove that a volume moves between nodes, nor that a class makes or grows one: nothing here provisions volumes.
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";

import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import type { ServiceForm } from "../../settings/service.ts";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, type Kind, POD, SERVICE } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { succeed } from "../../testbed/succeed.ts";
import { application } from "../support/applications.ts";
import { expectFields } from "../support/live-fields.ts";
import { LocalVolume } from "../support/local-volume.ts";
import { createSecret } from "../support/namespace-made.ts";

const CLAIM: Kind<V1PersistentVolumeClaim> = { apiVersion: "v1", kind: "PersistentVolumeClaim" };
const HOME = "/home/node/.n8n";

let project: Project;
let volume: LocalVolume;
beforeAll(async () => {
  project = await Project.create("volumes");
  const fixture = join(import.meta.dirname, "../fixtures/stateful-app");
  for (const context of ["n8n", "superset"]) {
    await cp(fixture, join(project.folder, context), { recursive: true });
  }
  const { namespace } = project;
  volume = await LocalVolume.create({ namespace, claim: "n8n-claim0", class: namespace });
});
afterAll(() => project.dispose().finally(() => volume.dispose()));

const failing = { stopSeconds: 2, tolerate: { restarts: 0 } };
const claim = () => ({ name: "n8n-claim0", size: "2Gi", class: project.namespace });

/** One pod with its data, recreated, and a task runner beside it. */
function n8n(release: string, runner: object = {}): ServiceForm {
  const { n8n: app } = application<"n8n">("n8n", failing);
  return {
    ...app,
    env: { ...app.env, RELEASE: release, BOOTS: `${HOME}/boots`, SHOWN: "RELEASE" },
    volumes: { ...app.volumes, [HOME]: { claim: claim() } },
    sidecars: app.sidecars?.map((each) => ({ ...each, env: { ...each.env, ...runner } })) ?? [],
  };
}

const SHOWN = "POD_IP,MEMORY,REGION,ABSENT,DATABASE,DB_HOST,REGION_name";

/** Web and workers of one configuration; the web starts after its init containers. */
function superset(wait: object = {}) {
  type Names = "superset" | "superset-worker" | "superset-celerybeat";
  const services = application<Names>("superset", failing);
  const web = services.superset;
  const [first, ...others] = web.initContainers ?? [];
  const waiting = first === undefined ? [] : [{ ...first, env: { ...first.env, ...wait } }];
  return {
    ...services,
    superset: {
      ...web,
      env: { ...web.env, SHOWN },
      initContainers: [...waiting, ...others],
    },
  };
}

const boots = async () => (await readFile(join(volume.path, "boots"), "utf8")).trim().split("\n");

const claimOf = async () => {
  const claims = await cluster.list(CLAIM, project.namespace);
  expect(claims).toHaveLength(1);
  return claims[0] as V1PersistentVolumeClaim;
};

async function stateOf(service: string, ...files: string[]) {
  const [pod] = await cluster.list(POD, project.namespace, `app.kubernetes.io/name=${service}`);
  const podIP = pod?.status?.podIP ?? "";
  const port = pod?.spec?.containers[0]?.ports?.[0]?.containerPort ?? 0;
  const query = files.map((file) => `file=${encodeURIComponent(file)}`).join("&");
  const answer = await fetch(`http://${podIP}:${port}/state?${query}`);
  const state = (await answer.json()) as Record<"env" | "files", Record<string, string>>;
  return { ...state, podIP };
}

test("a service with a claim of its own is one pod that writes to it, with a runner beside it", async () => {
  await project.settings({ services: { n8n: n8n("1") } });
  await succeed(project.up());

  await expectFields(project.namespace, { n8n: n8n("1") });
  const { spec } = await cluster.get(DEPLOYMENT, project.namespace, "n8n");
  const pod = spec?.template.spec;
  expect(pod?.securityContext).toMatchObject({
    fsGroup: 1000,
    fsGroupChangePolicy: "OnRootMismatch",
  });
  const [runner, ...others] = pod?.initContainers ?? [];
  expect(others).toEqual([]);
  expect(runner?.env?.map(({ name }) => name)).not.toContain("RELEASE");
  expect(runner?.readinessProbe).toMatchObject({ httpGet: { path: "/healthz", port: 5680 } });
  expect(await boots()).toEqual(["1"]);
});

test("an update keeps its data, and a service gets its variables and folders from Secrets and ConfigMaps", async () => {
  const before = await claimOf();
  const { namespace } = project;
  await createSecret(namespace, "superset-env", { DB_HOST: "db.internal" });
  await createSecret(namespace, "superset-config", { "superset_config.py": "ROW_LIMIT = 5000\n" });
  const region = { name: "region", namespace };
  await cluster.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: region,
    data: { name: "eu" },
  });
  await project.settings({
    services: { n8n: n8n("2"), ...superset() },
  });
  await succeed(project.up());

  expect((await claimOf()).metadata?.uid).toBe(before.metadata?.uid);
  expect(await boots()).toEqual(["1", "2"]);
  const { env, files, podIP } = await stateOf(
    "superset",
    "/etc/region",
    "/app/pythonpath/superset_config.py",
    "/app/one/deep/b.py",
    "/app/flags/none",
  );
  expect(env).toEqual({
    POD_IP: podIP,
    MEMORY: "256",
    REGION: "eu",
    DATABASE: "postgres://db.internal/superset",
    DB_HOST: "db.internal",
    REGION_name: "eu",
  });
  expect(files).toEqual({
    "/etc/region": "eu",
    "/app/pythonpath/superset_config.py": "ROW_LIMIT = 5000\n",
    "/app/one/deep/b.py": "ROW_LIMIT = 5000\n",
    "/app/flags/none": "ENOENT",
  });
  await expectFields(namespace, { n8n: n8n("2"), ...superset() });
  const { spec } = await cluster.get(DEPLOYMENT, namespace, "superset");
  const web = spec?.template.spec;
  expect(web?.initContainers?.map(({ name }) => name)).toEqual(["wait-for-postgres", "init-db"]);
  expect(web?.initContainers?.[0]?.volumeMounts).toEqual(web?.containers[0]?.volumeMounts);
  expect(web?.securityContext?.fsGroup).toBe(65532);
  expect(await cluster.find(SERVICE, namespace, "superset-worker")).toBeUndefined();
});

test("a failing init container and a failing sidecar are named with their own logs, and the releases before come back", async () => {
  await project.settings({
    services: { n8n: n8n("3", { EXIT: "4" }), ...superset({ EXIT: "3" }) },
  });
  const { exitCode, output } = await project.up();

  expect(exitCode).not.toBe(0);
  expect(output).toMatch(
    /superset: init-failed after [^\n]*exit code 3[^\n]*container wait-for-postgres/,
  );
  expect(output).toMatch(
    /container wait-for-postgres, last 1 lines:\n\s+ends with 3, as EXIT says/,
  );
  expect(output).toMatch(/n8n: crash-loop after [^\n]*exit code 4[^\n]*container runner/);
  expect(output).toMatch(/container runner, last 1 lines:\n\s+ends with 4, as EXIT says/);
  const { releases } = await project.outputs<{ releases: Record<string, ReleaseRecord> }>();
  const verdicts = Object.entries(releases).map(([name, { verdict }]) => [name, verdict]);
  expect(Object.fromEntries(verdicts)).toEqual({
    ...{ n8n: "failed", superset: "failed" },
    ...{ "superset-celerybeat": "ready", "superset-worker": "ready" },
  });
  expect((await stateOf("n8n")).env).toEqual({ RELEASE: "2" });
});

test("what a claim can never become is a fault before anything is applied, and so is a claim that does not exist", async () => {
  const shrunk = { ...n8n("2"), volumes: { [HOME]: { claim: { ...claim(), size: "1Gi" } } } };
  const { "superset-worker": worker, ...others } = superset();
  const lost = { ...worker, volumes: { "/data": { claim: "lost" } } };
  await project.settings({ services: { n8n: shrunk, ...others, "superset-worker": lost } });
  const { exitCode, output } = await project.pulumi("preview", "--stack=dev");

  expect(exitCode).not.toBe(0);
  expect(output).toContain(
    'slipway:services.n8n.volumes["/home/node/.n8n"].claim.size: got 1Gi; the claim ',
  );
  expect(output).toContain("has 2Gi, and a volume never shrinks; allowed: at least 2Gi");
  expect(output).toContain(
    'slipway:services.superset-worker.volumes["/data"].claim: got "lost", which does not exist',
  );
});

test("a claim stays when its service goes, and is taken up again with its data", async () => {
  const before = await claimOf();
  await project.settings({ services: { superset: superset().superset } });
  await succeed(project.up());
  expect((await claimOf()).metadata?.uid).toBe(before.metadata?.uid);

  await project.settings({ services: { n8n: n8n("5") } });
  await succeed(project.up());
  expect((await claimOf()).metadata?.uid).toBe(before.metadata?.uid);
  expect((await boots()).at(-1)).toBe("5");
  expect(await project.state()).toContain("PersistentVolumeClaim");
});
