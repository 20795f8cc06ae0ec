// Proves which files a preview's objects become, from previews that the engine really made; that scanners read them is proved by test/scanners/scans.
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { parse } from "yaml";

import { fileName } from "../../cli/manifests/file-name.ts";
import { writeManifests } from "../../cli/manifests/folder.ts";
import { hiddenIn, type Manifest, manifestsOf } from "../../cli/manifests/objects.ts";
import { type Step, stepsOf } from "../../cli/preview/step.ts";
import { SECRET, SIGNATURE } from "../../wire/signature.ts";
import { UNKNOWN } from "../../wire/unknown.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-manifests-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function recorded(name: string): Manifest[] {
  const file = join(import.meta.dirname, "../fixtures/preview", `${name}.jsonl`);
  const lines = readFileSync(file, "utf8").trim().split("\n");
  return manifestsOf(stepsOf(lines.map((line) => JSON.parse(line) as EngineEvent)));
}

function step(inputs: Readonly<Record<string, unknown>>, rest: Partial<Step> = {}): Step {
  return {
    urn: "urn:pulumi:dev::slipway::kubernetes:apps/v1:Deployment::shop",
    type: "kubernetes:apps/v1:Deployment",
    name: "shop",
    isComponent: false,
    action: "create",
    isRetained: false,
    before: undefined,
    after: { apiVersion: "apps/v1", kind: "Deployment", ...inputs },
    planned: undefined,
    replacedFor: [],
    differing: [],
    service: "shop",
    ...rest,
  };
}

const write = (manifests: readonly Manifest[]) => writeManifests("--manifests", folder, manifests);

const text = (name: string) => readFileSync(join(folder, name), "utf8");

const configMap = (name: string, more: object = {}): Manifest => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  name,
  namespace: "team",
  object: { kind: "ConfigMap", apiVersion: "v1", metadata: { namespace: "team", name }, ...more },
  hidden: [],
});

test("every object that the stack has afterwards is there, and none that it deletes", () => {
  const kinds = (manifests: readonly Manifest[]) =>
    manifests.map(({ kind, name }) => `${kind} ${name}`);
  expect(kinds(recorded("first"))).toEqual(
    expect.arrayContaining(["Deployment shop", "Service shop", "NetworkPolicy shop"]),
  );
  expect(kinds(recorded("unchanged"))).toEqual(expect.arrayContaining(["Deployment shop"]));
  expect(kinds(recorded("delete"))).not.toContain("Service worker");
});

test("what orders the provider is no object, and what orders it within an object is left out", () => {
  const metadata = (annotations: object) => ({ metadata: { name: "shop", annotations } });
  const orders = { "pulumi.com/patchForce": "true" };
  const [both, only] = manifestsOf([
    step(metadata({ ...orders, team: "red" })),
    step(metadata(orders)),
    step(metadata({}), { type: "kubernetes:apps/v1:DeploymentPatch" }),
    step(metadata({}), { type: "kubernetes:helm.sh/v3:Release" }),
    step(metadata({}), { type: "slipway:index:Readiness" }),
  ]);
  expect(both?.object["metadata"]).toEqual({ name: "shop", annotations: { team: "red" } });
  expect(only?.object["metadata"]).toEqual({ name: "shop" });
  expect(manifestsOf([step(metadata({}), { type: "kubernetes:helm.sh/v3:Release" })])).toEqual([]);
});

test("an image that is yet to be built is the one that will be, and any other unknown says so", () => {
  const pods = (image: string) => ({ spec: { template: { spec: { containers: [{ image }] } } } });
  const built = step(
    { imageName: "registry.example.com/team/shop:0123" },
    { type: "docker:index/image:Image" },
  );
  const shop = { metadata: { name: "shop" }, ...pods(UNKNOWN) };
  const [known] = manifestsOf([built, step(shop)]);
  expect(known?.object["spec"]).toEqual(pods("registry.example.com/team/shop:0123").spec);
  expect(known?.hidden).toEqual([]);
  const [unknown] = manifestsOf([
    built,
    step({ ...shop, data: { of: UNKNOWN } }, { service: "other" }),
  ]);
  expect(unknown?.object["data"]).toEqual({ of: "[unknown]" });
  expect(hiddenIn([known, unknown].filter((each) => each !== undefined))).toEqual([
    "Deployment shop is written without: spec.template.spec.containers.0.image, data.of",
  ]);
});

test("a secret is left out wherever it is, and its place is said", async () => {
  const secret = { [SIGNATURE]: SECRET, ciphertext: "canary" };
  const manifests = manifestsOf([
    step({ kind: "Secret", metadata: { name: "db" }, data: secret, list: [{ value: secret }] }),
  ]);
  await write(manifests);
  expect(parse(text("apps_v1_secret_db.yaml"))).toMatchObject({
    data: "[secret]",
    list: [{ value: "[secret]" }],
  });
  expect(hiddenIn(manifests)).toEqual(["Secret db is written without: data, list.0.value"]);
});

test("the same objects are the same bytes, in whatever order their fields and they themselves come", async () => {
  await write([configMap("b"), configMap("a", { data: { one: "1", two: "2" } })]);
  const first = readdirSync(folder).map((name) => [name, text(name)]);
  await write([configMap("a", { data: { two: "2", one: "1" } }), configMap("b")]);
  expect(readdirSync(folder).map((name) => [name, text(name)])).toEqual(first);
  expect(text("team_v1_configmap_a.yaml")).toBe(
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: team\ndata:\n  one: "1"\n  two: "2"\n',
  );
  expect(parse(text("kustomization.yaml"))).toEqual({
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: ["team_v1_configmap_a.yaml", "team_v1_configmap_b.yaml"],
  });
});

test("an object that has gone loses its file, also after a run that was killed in the middle", async () => {
  await write([configMap("a"), configMap("b")]);
  await write([configMap("b")]);
  expect(readdirSync(folder).sort()).toEqual(["kustomization.yaml", "team_v1_configmap_b.yaml"]);
  await write([]);
  writeFileSync(join(folder, ".kustomization.yaml"), "half");
  await write([configMap("c")]);
  expect(readdirSync(folder).sort()).toEqual(["kustomization.yaml", "team_v1_configmap_c.yaml"]);
});

test("a folder with anything else is refused, and keeps it: a list of somebody else as well, or one that names files elsewhere", async () => {
  const refused =
    /^--manifests: got ".*", which has files that Slipway did not write: .*; allowed: a new or an empty folder/;
  writeFileSync(join(folder, "kustomization.yaml"), "resources: [notes.yaml]\n");
  await expect(write([configMap("a")])).rejects.toThrow(refused);
  rmSync(join(folder, "kustomization.yaml"));
  await write([]);
  const list = text("kustomization.yaml").replace("[]", '["../notes.yaml", 7, "notes.txt"]');
  writeFileSync(join(folder, "kustomization.yaml"), list);
  writeFileSync(join(folder, "notes.txt"), "mine");
  await expect(write([configMap("a")])).rejects.toThrow(refused);
  expect(text("notes.txt")).toBe("mine");
});

test("a link in the place of a file is replaced, and what it leads to stays", async () => {
  await write([configMap("a")]);
  const other = join(folder, "..", `${folder.slice(-6)}-other`);
  writeFileSync(other, "mine");
  rmSync(join(folder, "team_v1_configmap_a.yaml"));
  symlinkSync(other, join(folder, "team_v1_configmap_a.yaml"));
  await write([configMap("a")]);
  expect(readFileSync(other, "utf8")).toBe("mine");
  expect(text("team_v1_configmap_a.yaml")).toContain("kind: ConfigMap");
  rmSync(other);
});

test("a folder that cannot be made is a bad input in one line", async () => {
  writeFileSync(join(folder, "file"), "");
  await expect(writeManifests("--manifests", join(folder, "file"), [])).rejects.toThrow(
    /^--manifests: got ".*file", which cannot be written \(EEXIST\); allowed: a folder that may be written$/,
  );
});

test("a name that is no file's, or too long for one, gets a hash of its own", () => {
  const role = (name: string) =>
    fileName({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      name,
      namespace: undefined,
    });
  expect(role("shop")).toBe("rbac.authorization.k8s.io_v1_clusterrole_shop.yaml");
  expect(role("system:Node")).toMatch(
    /^rbac[.]authorization[.]k8s[.]io_v1_clusterrole_system--ode-[0-9a-f]{8}[.]yaml$/,
  );
  expect(role("system:Node")).not.toBe(role("system/Node"));
  expect(role("a".repeat(253)).length).toBeLessThan(200);
  expect(role("a".repeat(253))).not.toBe(role("a".repeat(252)));
});
