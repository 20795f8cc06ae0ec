// Proves volumes, variables, folders, init containers, sidecars and replacement as n8n's and Superset's makers deploy them, on one node.
// It cannot prove that a volume moves between nodes, nor that a class makes or grows one: nothing here provisions volumes.
import { cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { KubernetesObject, V1PersistentVolumeClaim, V1PodSpec } from "@kubernetes/client-node";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, type Kind, POD } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { succeed } from "../../testbed/succeed.ts";

const CLAIM: Kind<V1PersistentVolumeClaim> = { apiVersion: "v1", kind: "PersistentVolumeClaim" };
const NODE: Kind<KubernetesObject> = { apiVersion: "v1", kind: "Node" };
const HOME = "/home/node/.n8n";

let project: Project;
let folder: string;
beforeAll(async () => {
  project = await Project.create("volumes");
  folder = await mkdtemp(join(tmpdir(), "slipway-volume-"));
  await mkdir(join(folder, "data"));
  const fixture = join(import.meta.dirname, "../fixtures/stateful-app");
  await cp(fixture, join(project.folder, "app"), { recursive: true });
  await cluster.create(volume(await realNode()));
});
afterAll(async () => {
  try {
    await project.dispose();
  } finally {
    await cluster.delete(volume(""));
    await rm(folder, { recursive: true, force: true });
  }
});

const build = { context: "app", args: { BASE: "${SLIPWAY_BASE_IMAGE}" } };
const resources = { requests: { cpu: "10m", memory: "32Mi" } };
const quick = { drainSeconds: 0, stopSeconds: 2, settleSeconds: 0, resources };
const failing = { ...quick, warmupSeconds: 1, tolerate: { restarts: 0 } };

const claim = () => ({ size: "64Mi", class: project.namespace });

/** n8n: one pod with its data, recreated, and a task runner beside it. */
const n8n = (release: string, runner: object = {}) => ({
  ...failing,
  build,
  port: 5678,
  health: "/healthz",
  replicas: 1,
  env: { RELEASE: release, BOOTS: `${HOME}/boots`, SHOWN: "RELEASE" },
  volumes: {
    [HOME]: { claim: claim() },
    "/dev/shm": { memory: "16Mi" },
    "/var/cache/n8n": { scratch: "16Mi" },
  },
  sidecars: [
    {
      name: "runner",
      serviceEnv: false,
      env: { PORT: "5680", RUNNER: "1", ...runner },
      mounts: ["/tmp", { path: HOME, at: "/data", readOnly: true }],
      port: 5680,
      health: "/healthz",
      resources,
    },
  ],
});

/** Superset: web and worker of one configuration, each after the database answers. */
const superset = (wait: object = {}) => ({
  ...failing,
  build,
  port: 8088,
  health: "/health",
  replicas: 2,
  replacement: { surge: 0, unavailable: 1 },
  env: {
    PORT: "8088",
    POD_IP: { field: "status.podIP" },
    MEMORY: { resource: "limits.memory", divisor: "1Mi" },
    REGION: { configMap: "region", key: "name" },
    ABSENT: { secret: "none", key: "none", optional: true },
    DATABASE: { expand: "postgres://$(DB_HOST)/superset" },
    SHOWN: "POD_IP,MEMORY,REGION,ABSENT,DATABASE,DB_HOST,REGION_name",
  },
  envFrom: [
    { secret: "superset-env" },
    { configMap: "region", prefix: "REGION_" },
    { secret: "none", optional: true },
  ],
  files: { "/etc/region": { configMap: "region", key: "name" } },
  folders: {
    "/app/pythonpath": { secret: "superset-config", mode: "0440" },
    "/app/flags": { configMap: "none", optional: true },
    "/app/one": { secret: "superset-config", items: [{ key: "a.py", path: "deep/b.py" }] },
  },
  initContainers: [{ name: "wait-for-database", env: { EXIT: "0", ...wait }, resources }],
});

const worker = () => ({
  ...quick,
  build,
  port: 8088,
  replicas: 1,
  env: { PORT: "8088" },
  sidecars: [{ name: "beat", of: "superset", startsFirst: true, env: { PORT: "9000" }, resources }],
});

const podOf = async (name: string): Promise<V1PodSpec> =>
  (await cluster.get(DEPLOYMENT, project.namespace, name)).spec?.template.spec as V1PodSpec;

const boots = async () => (await readFile(join(folder, "data/boots"), "utf8")).trim().split("\n");

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

  const { spec } = await cluster.get(DEPLOYMENT, project.namespace, "n8n");
  expect(spec?.strategy).toEqual({ type: "Recreate" });
  const found = await claimOf();
  expect(found.spec).toMatchObject({
    accessModes: ["ReadWriteOnce"],
    storageClassName: project.namespace,
    resources: { requests: { storage: "64Mi" } },
  });
  const pod = await podOf("n8n");
  const name = found.metadata?.name;
  expect(pod.securityContext).toMatchObject({
    runAsUser: 65532,
    fsGroup: 65532,
    fsGroupChangePolicy: "OnRootMismatch",
  });
  const mounts = pod.containers[0]?.volumeMounts ?? [];
  const volumeAt = (path: string) => {
    const mount = mounts.find(({ mountPath }) => mountPath === path);
    return pod.volumes?.find((each) => each.name === mount?.name);
  };
  expect(volumeAt(HOME)?.persistentVolumeClaim).toEqual({ claimName: name });
  expect(volumeAt("/dev/shm")?.emptyDir).toEqual({ medium: "Memory", sizeLimit: "16Mi" });
  expect(volumeAt("/var/cache/n8n")?.emptyDir).toEqual({ sizeLimit: "16Mi" });
  const [runner, ...others] = pod.initContainers ?? [];
  expect(others).toEqual([]);
  expect(runner).toMatchObject({
    name: "runner",
    image: pod.containers[0]?.image,
    restartPolicy: "Always",
    env: [
      { name: "PORT", value: "5680" },
      { name: "RUNNER", value: "1" },
    ],
    ports: [{ containerPort: 5680, protocol: "TCP" }],
    readinessProbe: { httpGet: { path: "/healthz", port: 5680 } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    resources: { requests: resources.requests },
  });
  expect(runner?.volumeMounts?.map(({ mountPath, readOnly }) => [mountPath, readOnly])).toEqual([
    ["/tmp", undefined],
    ["/data", true],
  ]);
  expect(await boots()).toEqual(["1"]);
});

test("an update keeps its data, and a service gets its variables and folders from Secrets and ConfigMaps", async () => {
  const before = await claimOf();
  const { namespace } = project;
  const object = (kind: string, name: string, data: object) =>
    cluster.create({
      apiVersion: "v1",
      kind,
      metadata: { name, namespace },
      [kind === "Secret" ? "stringData" : "data"]: data,
    });
  await object("Secret", "superset-env", { DB_HOST: "db.internal" });
  await object("Secret", "superset-config", { "a.py": "ROW_LIMIT = 5000\n" });
  await object("ConfigMap", "region", { name: "eu" });
  await project.settings({
    services: { n8n: n8n("2"), superset: superset(), worker: worker() },
  });
  await succeed(project.up());

  expect((await claimOf()).metadata?.uid).toBe(before.metadata?.uid);
  expect(await boots()).toEqual(["1", "2"]);
  const { env, files, podIP } = await stateOf(
    "superset",
    "/etc/region",
    "/app/pythonpath/a.py",
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
    "/app/pythonpath/a.py": "ROW_LIMIT = 5000\n",
    "/app/one/deep/b.py": "ROW_LIMIT = 5000\n",
    "/app/flags/none": "ENOENT",
  });
  const { spec } = await cluster.get(DEPLOYMENT, namespace, "superset");
  expect(spec?.strategy).toEqual({
    type: "RollingUpdate",
    rollingUpdate: { maxSurge: 0, maxUnavailable: 1 },
  });
  const [web, beat] = [await podOf("superset"), await podOf("worker")];
  expect(web.containers[0]?.envFrom).toEqual([
    { secretRef: { name: "superset-env" } },
    { configMapRef: { name: "region" }, prefix: "REGION_" },
    { secretRef: { name: "none", optional: true } },
  ]);
  expect(web.initContainers?.map(({ name }) => name)).toEqual(["wait-for-database"]);
  expect(web.initContainers?.[0]?.volumeMounts).toEqual(web.containers[0]?.volumeMounts);
  expect(web.securityContext?.fsGroup).toBe(65532);
  expect(beat.initContainers?.[0]?.image).toBe(web.containers[0]?.image);
});

test("a failing init container and a failing sidecar are named with their own logs, and the releases before come back", async () => {
  await project.settings({
    services: { n8n: n8n("3", { EXIT: "4" }), superset: superset({ EXIT: "3" }), worker: worker() },
  });
  const { exitCode, output } = await project.up();

  expect(exitCode).not.toBe(0);
  expect(output).toMatch(
    /superset: init-failed after [^\n]*exit code 3[^\n]*container wait-for-database/,
  );
  expect(output).toMatch(
    /container wait-for-database, last 1 lines:\n\s+ends with 3, as EXIT says/,
  );
  expect(output).toMatch(/n8n: crash-loop after [^\n]*exit code 4[^\n]*container runner/);
  expect(output).toMatch(/container runner, last 1 lines:\n\s+ends with 4, as EXIT says/);
  const { releases } = await project.outputs<{ releases: Record<string, ReleaseRecord> }>();
  expect(Object.entries(releases).map(([name, { verdict }]) => [name, verdict])).toEqual([
    ["n8n", "failed"],
    ["superset", "failed"],
    ["worker", "ready"],
  ]);
  expect((await stateOf("n8n")).env).toEqual({ RELEASE: "2" });
});

test("what a claim can never become is a fault before anything is applied, and so is a claim that does not exist", async () => {
  const shrunk = { ...n8n("2"), volumes: { [HOME]: { claim: { ...claim(), size: "32Mi" } } } };
  const lost = { ...worker(), volumes: { "/data": { claim: "lost" } } };
  await project.settings({ services: { n8n: shrunk, superset: superset(), worker: lost } });
  const { exitCode, output } = await project.pulumi("preview", "--stack=dev");

  expect(exitCode).not.toBe(0);
  expect(output).toContain(
    'slipway:services.n8n.volumes["/home/node/.n8n"].claim.size: got 32Mi; the claim ',
  );
  expect(output).toContain("has 64Mi, and a volume never shrinks; allowed: at least 64Mi");
  expect(output).toContain(
    'slipway:services.worker.volumes["/data"].claim: got "lost", which does not exist',
  );
});

test("a claim stays when its service goes, and is taken up again with its data", async () => {
  const before = await claimOf();
  await project.settings({ services: { worker: { ...worker(), sidecars: [] } } });
  await succeed(project.up());
  expect((await claimOf()).metadata?.uid).toBe(before.metadata?.uid);

  await project.settings({ services: { n8n: n8n("5") } });
  await succeed(project.up());
  expect((await claimOf()).metadata?.uid).toBe(before.metadata?.uid);
  expect((await boots()).at(-1)).toBe("5");
  expect(await project.state()).toContain("PersistentVolumeClaim");
});

/** The node that has a kubelet. */
async function realNode(): Promise<string> {
  const nodes = await cluster.list(NODE, "");
  const real = nodes.find(({ metadata }) => metadata?.labels?.["kwok.x-k8s.io/node"] === undefined);
  return real?.metadata?.labels?.["kubernetes.io/hostname"] ?? "";
}

/** A volume on the node in a class of its own: unlike one of `hostPath` it gets the pods' group. */
function volume(node: string) {
  const { namespace: name } = project;
  const hostname = { key: "kubernetes.io/hostname", operator: "In", values: [node] };
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: {
      storageClassName: name,
      capacity: { storage: "64Mi" },
      accessModes: ["ReadWriteOnce"],
      local: { path: join(folder, "data") },
      nodeAffinity: {
        required: { nodeSelectorTerms: [{ matchExpressions: [hostname] }] },
      },
    },
  };
}
