// Cannot prove that kubectl and Helm render what they are asked for, nor that a cluster takes the objects: test/e2e/own-manifests-*.test.ts do.
import { chmodSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { formerPlaces } from "../../components/former-places.ts";
import { Namespace } from "../../components/namespace.ts";
import { Manifests } from "../../components/rendered/manifests.ts";
import { combined } from "../../components/rendered/outcome.ts";
import { exceptionsOf } from "../../components/rendered/exceptions.ts";
import {
  claimFaults,
  levelFaults,
  requireManifests,
  unsaidFaults,
} from "../../components/require-manifests.ts";
import { type ExceptionWord, strictest } from "../../components/service/exceptions.ts";
import { SlipwayProvider } from "../../components/slipway-provider.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import type { ServedKind } from "../../contract/served-kinds.ts";
import type { ManifestsDefinition } from "../../components/service/manifests.ts";
import { applied } from "../../components/rendered/applied.ts";
import type { ManifestObject } from "../../components/rendered/object.ts";
import { keyOf } from "../../components/rendered/place.ts";
import { isCalled, secretsIn } from "../../components/rendered/pod-spec.ts";
import { render, type Rendering } from "../../components/rendered/render.ts";
import { addressesOf, deploymentsIn } from "../../components/rendered/routes.ts";
import { documentsIn } from "../../components/rendered/yaml.ts";
import { type Declared, deploy } from "../support/engine.ts";
import { folderWith, removeFolders } from "../support/folder.ts";

afterEach(removeFolders);

const DIGEST = `sha256:${"a".repeat(64)}`;
const PINNED = `registry.example.com/redis@${DIGEST}`;

const kinds: ServedKind[] = [
  ["v1", "ConfigMap", "configmaps", true],
  ["v1", "Namespace", "namespaces", false],
  ["v1", "Pod", "pods", true],
  ["v1", "Secret", "secrets", true],
  ["v1", "Service", "services", true],
  ["v1", "PersistentVolumeClaim", "persistentvolumeclaims", true],
  ["apps/v1", "Deployment", "deployments", true],
  ["apps/v1", "StatefulSet", "statefulsets", true],
  ["apps/v1", "DaemonSet", "daemonsets", true],
  ["batch/v1", "Job", "jobs", true],
  ["batch/v1", "CronJob", "cronjobs", true],
  ["networking.k8s.io/v1", "Ingress", "ingresses", true],
  ["rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", false],
  ["autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", true],
  ["apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", false],
  ["cert-manager.io/v1", "Certificate", "certificates", true],
  ["cert-manager.io/v1", "Issuer", "issuers", true],
  ["external-secrets.io/v1", "ExternalSecret", "externalsecrets", true],
  ["external-secrets.io/v1", "SecretStore", "secretstores", true],
].map(([apiVersion, kind, resource, namespaced]) => ({
  apiVersion: String(apiVersion),
  kind: String(kind),
  resource: String(resource),
  namespaced: namespaced === true,
}));

const rendering = (change: Partial<Rendering> = {}): Rendering => ({
  name: "shop",
  hasImage: true,
  namespace: "store",
  folder: "/",
  variables: {},
  cluster: { version: "v1.34.3", kinds },
  served: new Map(kinds.map((kind) => [keyOf(kind), kind])),
  ...change,
});

const pod = (image: string, more: object = {}) => ({
  metadata: { labels: { app: "shop" } },
  spec: { containers: [{ name: "app", image }], ...more },
});
const deployment = (name = "shop", image = "ghcr.io/acme/shop:v1", more: object = {}) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: { selector: { matchLabels: { app: "shop" } }, template: pod(image, more) },
});
const object = (kind: string, name: string, more: object = {}, apiVersion = "v1") => ({
  apiVersion,
  kind,
  metadata: { name },
  ...more,
});

const text = (...objects: readonly unknown[]) =>
  objects.map((each) => JSON.stringify(each)).join("\n---\n");

/** Renders objects that are in one file. */
const renderThose = (
  objects: readonly unknown[],
  more: Partial<ManifestsDefinition> = {},
  change: Partial<Rendering> = {},
) => {
  const folder = folderWith({ "all.yaml": text(...objects) });
  return render({ files: join(folder, "all.yaml"), ...more }, rendering({ folder, ...change }));
};

/** The lines of what is wrong with these. */
const faultsOf = async (...args: Parameters<typeof renderThose>): Promise<string[]> => {
  const error: unknown = await renderThose(...args).catch((reason: unknown) => reason);
  return error instanceof Error ? error.message.split("\n") : [];
};

const valuesOf = (yaml: string) => documentsIn(yaml, "a.yaml").map(({ value }) => value);

test("reads YAML as kubectl does: octal modes, old booleans, and no times or numbers of base 60", () => {
  expect(valuesOf("mode: 0644\non: yes\nday: 2026-01-01\ntime: 12:30:45\nhex: 0x1F\n")).toEqual([
    { mode: 420, true: true, day: "2026-01-01", time: "12:30:45", hex: 31 },
  ]);
  expect(valuesOf("%YAML 1.2\n---\nmode: 0644\n")).toEqual([{ mode: 420 }]);
  expect(valuesOf("a: &x {b: 1}\nc:\n  <<: *x\n")).toEqual([{ a: { b: 1 }, c: { b: 1 } }]);
});

test("takes the objects of a List one by one, and no document for none", () => {
  const list = { apiVersion: "v1", kind: "List", items: [object("ConfigMap", "a"), null] };
  const found = documentsIn(`---\n# nothing\n---\n${JSON.stringify(list)}\n---\n`, "a.yaml");
  expect(found.map(({ value }) => value)).toEqual([object("ConfigMap", "a")]);
});

test.each([
  ["a: [1, 2\n", /^a\.yaml: is not YAML that Kubernetes reads \(.*\); fix it, or leave it out$/],
  ["a: 1\na: 2\n", /Map keys must be unique/],
  ["{{- if .Values.x }}\na: 1\n{{- end }}\n", /give the chart as \{chart: …\}$/],
  ["a: 12345678901234567890\n", /12345678901234567890 loses digits; write it in quotes/],
  ["a: .inf\n", /Infinity is no number of JSON/],
  ["a: *nowhere\n", /nowhere/],
  ["a: !!js/function x\n", /Unresolved tag/],
  ["4dabf18193072939515e22adb298388d: x\n", /means something to Pulumi/],
])("refuses what cannot be meant: %j", (yaml, fault) => {
  expect(() => documentsIn(yaml, "a.yaml")).toThrow(fault);
});

test("names the template of a chart, and the field, of what cannot be read", () => {
  const template = (name: string, yaml: string) =>
    `---\n# Source: shop/templates/${name}\n${yaml}\n`;
  const good = template("a.yaml", "a: 1");
  const [, second] = documentsIn(`${good}${template("b.yaml", "b: 1")}`, "chart shop");
  expect(second?.origin).toBe("chart shop (shop/templates/b.yaml)");
  const twice = `${good}${template("labels.yaml", "a: 1\na: 2")}`;
  expect(() => documentsIn(twice, "chart shop")).toThrow(
    /^chart shop \(shop\/templates\/labels\.yaml\): is not YAML that Kubernetes reads \(Map keys must be unique/,
  );
  const large = `${good}${template("crd.yaml", "spec:\n  - maximum: 9223372036854775807")}`;
  expect(() => documentsIn(large, "chart shop")).toThrow(
    /^chart shop \(shop\/templates\/crd\.yaml\): .*spec\.0\.maximum: the number 9223372036854775807 loses digits/,
  );
});

test("refuses a bomb of aliases, and a text that is too deep or too long, at once", () => {
  const levels = Array.from({ length: 30 }, (_, index) =>
    index === 0 ? "a0: &a0 [x, x]" : `a${index}: &a${index} [*a${index - 1}, *a${index - 1}]`,
  );
  expect(() => documentsIn(levels.join("\n"), "a.yaml")).toThrow(/resource exhaustion/);
  expect(() => documentsIn(`a: ${"[".repeat(5000)}`, "a.yaml")).toThrow(/is not YAML/);
  expect(() => documentsIn("#".repeat(17 << 20), "a.yaml")).toThrow(
    /got 17825792 characters; allowed: at most 16777216/,
  );
});

test("names what each object lacks, all at once", async () => {
  const faults = await faultsOf([
    deployment(),
    { kind: "ConfigMap", metadata: { name: "a" } },
    { apiVersion: "v1", metadata: { name: "b" } },
    { apiVersion: "batch/v1", kind: "Job", metadata: { generateName: "migrate-" } },
    "just words",
    object("Kustomization", "k", {}, "kustomize.config.k8s.io/v1beta1"),
  ]);
  expect(faults).toEqual([
    "all.yaml (document 2): ConfigMap a: apiVersion: got nothing; allowed: such as apps/v1; set it",
    "all.yaml (document 3): an object b: kind: got nothing; allowed: such as Deployment",
    'all.yaml (document 4): Job without name: metadata.generateName: got "migrate-"; allowed: metadata.name, because a new name at each run is a new object; set the name',
    'all.yaml (document 5): got "just words"; allowed: an object with apiVersion, kind and metadata',
    expect.stringMatching(/document 6.*it is a kustomization: give its folder as/),
  ]);
});

test("refuses an object that is there twice, whatever its version", async () => {
  const other = { ...deployment(), apiVersion: "apps/v1beta1" };
  expect(await faultsOf([deployment(), other])).toEqual([
    "all.yaml (document 2): Deployment/shop is in all.yaml (document 1), too; allowed: each object once; remove one",
    expect.stringMatching(/the cluster does not serve Deployment of apps\/v1beta1/),
  ]);
});

test("refuses values of a Secret towards credentials, and shows none of them", async () => {
  const secret = object("Secret", "db", { stringData: { PASSWORD: "hunter2" } });
  const [fault = ""] = await faultsOf([deployment(), secret]);
  expect(fault).toMatch(/Secret db: got values of PASSWORD in clear; .*slipway:credentials/);
  expect(fault).not.toContain("hunter2");
  const { objects } = await renderThose([deployment(), secret], { without: ["Secret/db"] });
  expect(objects.map(({ object: { kind } }) => kind)).toEqual(["Deployment"]);
});

test("puts objects in the order of what they need", async () => {
  const definition = object(
    "CustomResourceDefinition",
    "widgets.example.com",
    {
      spec: {
        group: "example.com",
        scope: "Namespaced",
        names: { kind: "Widget", plural: "widgets" },
        versions: [{ name: "v1" }],
      },
    },
    "apiextensions.k8s.io/v1",
  );
  const { objects } = await renderThose(
    [
      object("Ingress", "shop", {}, "networking.k8s.io/v1"),
      object("Widget", "one", {}, "example.com/v1"),
      deployment(),
      object("ConfigMap", "settings"),
      definition,
    ],
    { outside: ["CustomResourceDefinition/widgets.example.com"] },
  );
  expect(objects.map(({ object: { kind }, resource }) => [kind, resource])).toEqual([
    ["CustomResourceDefinition", "customresourcedefinitions"],
    ["ConfigMap", "configmaps"],
    ["Ingress", "ingresses"],
    ["Widget", "widgets"],
    ["Deployment", "deployments"],
  ]);
});

test("puts what makes Secrets, and what that needs, before the workloads", async () => {
  const { objects } = await renderThose([
    deployment(),
    object("Certificate", "tls", {}, "cert-manager.io/v1"),
    object("ExternalSecret", "db", {}, "external-secrets.io/v1"),
    object("Issuer", "own", {}, "cert-manager.io/v1"),
    object("SecretStore", "vault", {}, "external-secrets.io/v1"),
  ]);
  const stages = objects.map(({ object: { kind }, stage }) => [kind, stage] as const);
  // A Certificate is awaited before anything of a later stage is applied.
  const { Certificate, ExternalSecret, Issuer, SecretStore, Deployment } =
    Object.fromEntries(stages);
  expect(Issuer).toBeLessThanOrEqual(Number(Certificate));
  expect(SecretStore).toBeLessThanOrEqual(Number(ExternalSecret));
  expect(ExternalSecret).toBeLessThan(Number(Deployment));
});

test("puts namespaced objects into the stack's namespace, and refuses others that nobody has named", async () => {
  const elsewhere = { ...object("ConfigMap", "a"), metadata: { name: "a", namespace: "other" } };
  const role = object("ClusterRole", "reader", {}, "rbac.authorization.k8s.io/v1");
  const objects = [deployment(), elsewhere, role];
  expect(await faultsOf(objects)).toEqual([
    "other/ConfigMap/a: is in the namespace other; allowed: store; leave metadata.namespace out (namespace: of a kustomization), or add other/ConfigMap/a to outside",
    "ClusterRole/reader: is outside of namespaces, and so for the whole cluster; allowed: what outside lists; add ClusterRole/reader to it, or leave it out with without",
  ]);
  const rendered = await renderThose(objects, {
    outside: ["other/ConfigMap/a", "ClusterRole/reader"],
  });
  const places = rendered.objects.map(({ object: { metadata }, isHome }) => [
    metadata.name,
    metadata.namespace,
    isHome,
  ]);
  expect(places).toEqual([
    ["a", "other", false],
    ["reader", undefined, false],
    ["shop", "store", true],
  ]);
});

test("leaves the stack's own namespace out, and says so", async () => {
  const { objects, notes } = await renderThose([object("Namespace", "store"), deployment()]);
  expect(objects).toHaveLength(1);
  expect(notes).toEqual([
    "Namespace/store is left out with its labels, because Slipway creates that namespace",
  ]);
});

test("names every image that stays a tag, by object, container and remedy", async () => {
  const spec = { initContainers: [{ name: "wait", image: "busybox" }] };
  const faults = await faultsOf([
    deployment("shop", "shop", spec),
    deployment("cache", PINNED),
    object(
      "CronJob",
      "clean",
      {
        spec: { jobTemplate: { spec: { template: pod("docker.io/library/redis:7") } } },
      },
      "batch/v1",
    ),
  ]);
  expect(faults).toEqual([
    expect.stringMatching(/^Deployment\/shop: container wait: got image "busybox"/),
    "CronJob/clean: container app: got image \"docker.io/library/redis:7\"; allowed: repository@sha256:<64 hex digits>, or the service's own, shop; pin it: digest under images of a kustomization, the image's value of a chart; or set manifests.image, if it is the service's own",
  ]);
});

test.each([
  ["shop", true],
  ["shop:v1", true],
  ["ghcr.io/acme/shop:v1", true],
  ["registry:5000/shop", true],
  [`ghcr.io/acme/shop@${DIGEST}`, true],
  ["ghcr.io/acme/shop-worker:v1", false],
  ["ghcr.io/acme/workshop", false],
  ["ghcr.io/shop/web:v1", false],
])("%s is the image shop: %s", (image, expected) => {
  expect(isCalled(image, "shop")).toBe(expected);
});

test("refuses two images of different makers that end in the same name", async () => {
  const objects = [
    deployment("shop", "ghcr.io/acme/shop:v1"),
    deployment("other", `quay.io/oliver/shop@${DIGEST}`),
  ];
  expect(await faultsOf(objects)).toEqual([
    "the images ghcr.io/acme/shop (Deployment/shop) and quay.io/oliver/shop (Deployment/other) both end in shop; allowed: one that is the service's; set manifests.image to more of its repository, such as acme/shop",
  ]);
  const { image } = await renderThose(objects, { image: "acme/shop" });
  expect(image).toBe("acme/shop");
  // The same repository by a mirror, or without any registry, is the same image.
  for (const same of ["shop:v2", "mirror.example.com:5000/acme/shop", "acme/shop"]) {
    const found = await renderThose([deployment(), deployment("worker", same)]);
    expect(found.image).toBe("shop");
  }
});

test("says which image it looks for when no container has it, or no Deployment", async () => {
  expect(await faultsOf([deployment("shop", PINNED)])).toEqual([
    "no container has the image shop; allowed: one whose repository is, or ends in, shop; set manifests.image to what they call it",
  ]);
  const job = { ...deployment(), apiVersion: "batch/v1", kind: "Job" };
  expect(await faultsOf([job])).toEqual([
    expect.stringMatching(
      /^only a Job runs the image shop; allowed: one of Deployment, StatefulSet/,
    ),
  ]);
  const named = await renderThose([deployment("shop", "tootsuite/mastodon:v4")], {
    image: "tootsuite/mastodon",
  });
  expect(named.image).toBe("tootsuite/mastodon");
});

const hook = (name: string, moments: string, more: object = {}) => ({
  ...object("Job", name, { spec: { template: pod("shop:v1") } }, "batch/v1"),
  metadata: { name, annotations: { "helm.sh/hook": moments, keep: "me", ...more } },
});

test("refuses Helm's hooks by their names, leaves tests out, and takes those that the settings place", async () => {
  const objects = [
    deployment(),
    hook("migrate", "pre-install,pre-upgrade"),
    hook("smoke", "test"),
    hook("index", "post-install", { "helm.sh/hook-weight": "5" }),
  ];
  expect(await faultsOf(objects)).toEqual([
    expect.stringMatching(
      /^Job\/migrate is a hook of Helm \(pre-install, pre-upgrade\).*hooks: \{Job\/migrate: before\}/,
    ),
    expect.stringMatching(/^Job\/index is a hook of Helm \(post-install\)/),
  ]);
  const { objects: placed, notes } = await renderThose(objects, {
    hooks: { "Job/migrate": "before", "Job/index": "after" },
  });
  expect(placed.map(({ object: { metadata } }) => metadata.name)).toEqual([
    "migrate",
    "shop",
    "index",
  ]);
  expect(placed[0]?.object.metadata["annotations"]).toEqual({ keep: "me" });
  expect(notes).toEqual(["Job/smoke is a test of Helm and is left out"]);
  const wrong = { hooks: { "Job/migrate": "none", "Job/index": "none", "Job/mgirate": "before" } };
  expect(await faultsOf(objects, wrong as Partial<ManifestsDefinition>)).toEqual([
    "hooks: there is no Job/mgirate; remove it from hooks",
  ]);
});

test("refuses a pod on each node that waits for the port of the one that it replaces", async () => {
  const agent = (port: object, maxSurge: number | string) => {
    const { spec, ...rest } = pod("registry.example.com/agent@sha256:" + "a".repeat(64));
    const containers = [{ ...spec.containers[0], ports: [{ containerPort: 9100, ...port }] }];
    const updateStrategy = { rollingUpdate: { maxSurge, maxUnavailable: 0 } };
    const template = { ...rest, spec: { ...spec, containers } };
    return object("DaemonSet", "agent", { spec: { updateStrategy, template } }, "apps/v1");
  };
  expect(await faultsOf([deployment(), agent({ hostPort: 9100 }, "10%")])).toEqual([
    'DaemonSet/agent: spec.updateStrategy.rollingUpdate.maxSurge: got "10%"; allowed: 0, because 9100 is a port of the node, which the old pod has until it ends; remove maxSurge',
  ]);
  for (const right of [agent({ hostPort: 9100 }, 0), agent({}, 1)]) {
    expect(await faultsOf([deployment(), right])).toEqual([]);
  }
});

test("refuses a Job that deletes itself, and a `without` that means nothing", async () => {
  const job = object(
    "Job",
    "m",
    { spec: { ttlSecondsAfterFinished: 60, template: pod("shop") } },
    "batch/v1",
  );
  expect(await faultsOf([deployment(), job])).toEqual([
    expect.stringMatching(/^Job\/m: spec\.ttlSecondsAfterFinished: got 60; allowed: none/),
  ]);
  expect(await faultsOf([deployment()], { without: ["Job/none"] })).toEqual([
    expect.stringMatching(/^without: there is no Job\/none/),
  ]);
});

test("reads a folder with all below it, but no link out of it, no chart and no kustomization", async () => {
  const folder = folderWith({
    "deploy/b/web.yaml": text(deployment()),
    "deploy/a.yml": text(object("ConfigMap", "a")),
    "deploy/README.md": "no: manifest",
    "deploy/.hidden.yaml": "not: [read",
    "secret.yaml": text(object("ConfigMap", "b")),
  });
  const read = (path: string) => render({ files: join(folder, path) }, rendering({ folder }));
  const { objects } = await read("deploy");
  expect(objects.map(({ origin }) => origin)).toEqual(["deploy/a.yml", "deploy/b/web.yaml"]);

  symlinkSync(join(folder, "secret.yaml"), join(folder, "deploy/link.yaml"));
  await expect(read("deploy")).rejects.toThrow(/deploy\/link\.yaml: is a symbolic link to/);
  const others = folderWith({ "k/kustomization.yaml": "", "c/Chart.yaml": "", "empty/x.md": "" });
  const other = (path: string) =>
    render({ files: join(others, path) }, rendering({ folder: others }));
  await expect(other("k")).rejects.toThrow(/give it as \{kustomize: k\}/);
  await expect(other("c")).rejects.toThrow(/give it as \{chart: c\}/);
  await expect(other("empty")).rejects.toThrow(/has no \.yaml, \.yml or \.json file/);
});

test("a kustomization that fetches anything is refused by the line that does", async () => {
  const folder = folderWith({
    "k/kustomization.yaml": "resources: [../base]\n",
    "base/kustomization.yaml": "resources: ['https://example.com/all.yaml']\n",
    "git/kustomization.yaml": "resources: ['github.com/acme/deploy//base?ref=v1']\n",
    "charts/kustomization.yaml": "helmCharts: [{name: x}]\n",
    "none/x.yaml": "",
  });
  const read = (path: string) =>
    render({ kustomize: join(folder, path) }, rendering({ folder, variables: { PATH: folder } }));
  await expect(read("k")).rejects.toThrow(
    'base/kustomization.yaml: got "https://example.com/all.yaml", which is fetched; allowed: files and folders of the checkout; run kustomize localize, and commit what it writes',
  );
  await expect(read("git")).rejects.toThrow(/git\/kustomization\.yaml: got "github\.com/);
  await expect(read("charts")).rejects.toThrow(/helmCharts fetches a chart/);
  await expect(read("none")).rejects.toThrow(/none: has no kustomization\.yaml/);
});

/** A folder with a program of this name that is a script. */
const folderWithProgram = (name: string, script: string, more: Record<string, string> = {}) => {
  const folder = folderWith({ [`bin/${name}`]: `#!/bin/sh\n${script}\n`, ...more });
  chmodSync(join(folder, "bin", name), 0o755);
  return folder;
};

test("the program that renders gets no variable of the run, and its words are the fault", async () => {
  const script = `test -z "$PULUMI_CONFIG_PASSPHRASE" && test "$HTTPS_PROXY" = http://127.0.0.1:1 || exit 9\necho 'Error: no such base' >&2\nexit 1`;
  const folder = folderWithProgram("kubectl", script, { "k/kustomization.yaml": "resources: []" });
  const variables = { PATH: join(folder, "bin"), PULUMI_CONFIG_PASSPHRASE: "secret" };
  const read = render({ kustomize: join(folder, "k") }, rendering({ folder, variables }));
  await expect(read).rejects.toThrow("kustomization k: cannot be rendered: Error: no such base");
  const none = render({ kustomize: join(folder, "k") }, rendering({ folder }));
  await expect(none).rejects.toThrow(/neither kubectl nor kustomize is on the PATH/);
});

test("a chart that renders differently each time is refused by the objects that differ, except by those that are left out", async () => {
  const script = `echo "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made-up}\ndata: {x: '$$'}"`;
  const folder = folderWithProgram("helm", script, {
    "c/Chart.yaml": "name: c\nversion: 1.0.0\n",
    "c/templates/a.yaml": '{{ lookup "v1" "Secret" "a" "b" }}',
  });
  const variables = { PATH: `${join(folder, "bin")}:/bin` };
  const read = render({ chart: join(folder, "c") }, rendering({ folder, variables }));
  await expect(read).rejects.toThrow(
    /^chart c: renders ConfigMap\/made-up differently each time.*or leave the object out \(without\)$/,
  );
  const left = (object: string) =>
    render(
      { chart: join(folder, "c"), without: [object] },
      rendering({ folder, variables, hasImage: false }),
    );
  await expect(left("ConfigMap/made-up")).rejects.toThrow(/^there is no object in it/);
  const wrong = left("store/ConfigMap/made-up");
  await expect(wrong).rejects.toThrow(/^chart c: renders/);
  await expect(wrong).rejects.toThrow(/\nwithout: there is no store\/ConfigMap\/made-up/);
});

test("what a chart makes up hides none of its other faults", async () => {
  const script = `echo "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made-up}\ndata: {x: '$$'}\n---"; echo '${JSON.stringify(deployment("other", "redis:7"))}'`;
  const folder = folderWithProgram("helm", script, { "c/Chart.yaml": "name: c\nversion: 1.0.0\n" });
  const variables = { PATH: `${join(folder, "bin")}:/bin` };
  const read = render({ chart: join(folder, "c") }, rendering({ folder, variables }));
  await expect(read).rejects.toThrow(
    /^chart c: renders ConfigMap\/made-up differently[^\n]*\nDeployment\/other: container app: got image "redis:7"/,
  );
});

test("a chart is rendered for the cluster that there is, and what it cannot know is told", async () => {
  const script = `echo "---"; echo '${JSON.stringify(deployment())}'; echo "$@" > /dev/null`;
  const folder = folderWithProgram("helm", script, {
    "c/Chart.yaml": "name: c\nversion: 1.0.0\n",
    "c/templates/a.yaml": '{{ lookup "v1" "Secret" "a" "b" }}{{ .Release.IsUpgrade }}',
  });
  const variables = { PATH: join(folder, "bin") };
  const { notes } = await render(
    { chart: join(folder, "c"), values: { a: 1 } },
    rendering({ folder, variables }),
  );
  expect(notes).toEqual([
    expect.stringMatching(/^chart c: its templates use lookup, which finds nothing/),
    expect.stringMatching(/^chart c: its templates use \.Release\.IsUpgrade/),
  ]);
});

test("an object is applied with the image, the pull secret and what restarts it for a credential", () => {
  const used = { env: [{ name: "A", valueFrom: { secretKeyRef: { name: "db", key: "A" } } }] };
  const given = deployment("shop", "shop:v1");
  const spec = {
    ...given.spec,
    template: {
      ...given.spec.template,
      spec: {
        containers: [
          { name: "app", image: "shop:v1", ...used },
          { name: "proxy", image: PINNED },
        ],
      },
    },
  };
  const result = applied(
    { ...given, spec },
    {
      image: { called: "shop", reference: `registry/shop@${DIGEST}` },
      pullSecret: "pull",
      digests: { db: "1234", other: "5678" },
      annotations: { "org.opencontainers.image.revision": "c0ffee" },
    },
  );
  expect(result).toMatchObject({
    metadata: {
      annotations: {
        "pulumi.com/skipAwait": "true",
        "pulumi.com/patchForce": "true",
        "org.opencontainers.image.revision": "c0ffee",
      },
    },
    spec: {
      template: {
        metadata: { labels: { app: "shop" }, annotations: { "credential.slipway/db": "1234" } },
        spec: {
          imagePullSecrets: [{ name: "pull" }],
          containers: [{ image: `registry/shop@${DIGEST}` }, { image: PINNED }],
        },
      },
    },
  });
  expect(secretsIn({ volumes: [{ name: "v", secret: { secretName: "tls" } }] })).toEqual(["tls"]);
});

test("the release of a service is that of the Deployment with its image and its name, or else a Service", () => {
  const home = (value: unknown) => ({
    object: value as ManifestObject,
    isHome: true,
    origin: "",
    resource: "",
    stage: 5,
  });
  const service = object("Service", "web", {
    spec: { selector: { app: "shop" }, ports: [{ port: 80 }] },
  });
  const ingress = object("Ingress", "web", {
    spec: {
      tls: [{ hosts: ["shop.example.com"] }],
      rules: [
        {
          host: "shop.example.com",
          http: { paths: [{ path: "/app", backend: { service: { name: "web" } } }] },
        },
      ],
    },
  });
  const worker = {
    ...deployment("a-worker"),
    spec: { template: { ...pod("shop"), metadata: { labels: {} } } },
  };
  const all = [worker, deployment("cache", PINNED), deployment("web"), service, ingress].map(home);
  const [main, ...others] = deploymentsIn(all, "shop", "shop");
  expect(main).toMatchObject({ object: { metadata: { name: "web" } }, isOurs: true });
  expect(main?.service?.metadata.name).toBe("web");
  expect(main?.ingresses.flatMap(addressesOf)).toEqual(["https://shop.example.com/app"]);
  expect(others.map(({ object: { metadata } }) => metadata.name)).toEqual(["a-worker", "cache"]);
});

/** What manifests declare, as the provider gets it. */
const declaredBy = async (
  objects: readonly unknown[],
  more: Partial<ManifestsDefinition> = {},
  failsLate = true,
) => {
  const rendered = await renderThose(objects, more);
  const { declared } = await deploy(
    (opts) => {
      const namespace = new Namespace("store");
      const provider = new SlipwayProvider("slipway", { kubeconfig: "/k", context: "c" });
      const args = { rendered, image: `registry/shop@${DIGEST}`, namespace, failsLate, provider };
      return new Manifests("shop", args, opts);
    },
    { outputs: () => ({ metadata: { name: "n", namespace: "store", uid: "u", generation: 1 } }) },
  );
  return declared;
};

const called = (declared: readonly Declared[], type: string, name: string) =>
  declared.find((each) => each.type === type && each.name === name);

/** Names of what a resource waits for. */
const waitsFor = (declared: readonly Declared[], type: string, name: string) => {
  const on = called(declared, type, name)?.opts.dependsOn;
  const resources = ([on].flat() as (pulumi.Resource | undefined)[]).filter((each) => each);
  return resources.map((each) => declared.find(({ resource }) => resource === each)?.name).sort();
};

const READINESS = "slipway:index:Readiness";
const OBJECT_READINESS = "slipway:index:ObjectReadiness";
const A_DEPLOYMENT = "kubernetes:apps/v1:Deployment";

test("registers each object by its own type, and what comes later waits for what is awaited", async () => {
  const declared = await declaredBy(
    [
      deployment(),
      deployment("cache", PINNED),
      object("ConfigMap", "settings"),
      hook("migrate", "pre-upgrade"),
      hook("index", "post-upgrade"),
    ],
    { hooks: { "Job/migrate": "before", "Job/index": "after" } },
  );
  expect(waitsFor(declared, "kubernetes:core/v1:ConfigMap", "settings")).toHaveLength(1);
  expect(waitsFor(declared, "kubernetes:batch/v1:Job", "migrate")).toEqual(["settings"]);
  expect(waitsFor(declared, A_DEPLOYMENT, "shop")).toEqual(["job-migrate", "migrate"]);
  expect(waitsFor(declared, "kubernetes:batch/v1:Job", "index")).toEqual([
    "cache",
    "cache",
    "shop",
    "shop",
  ]);
  expect(called(declared, OBJECT_READINESS, "job-migrate")?.inputs).toMatchObject({
    kind: "Job",
    deadlineSeconds: 600,
  });
  expect(called(declared, READINESS, "shop")?.inputs).toMatchObject({
    service: "shop",
    image: `registry/shop@${DIGEST}`,
    dirty: false,
    deadlineSeconds: 120,
  });
  expect(called(declared, READINESS, "cache")?.inputs).toMatchObject({
    service: "cache",
    image: PINNED,
  });
  // What comes after a release must not start when that has failed late.
  expect(called(declared, READINESS, "shop")?.inputs).not.toHaveProperty("failsLate");
});

test("the Deployment's own times count, and a release that nothing waits for fails late", async () => {
  const own = deployment();
  const spec = { ...own.spec, progressDeadlineSeconds: 300, minReadySeconds: 7 };
  const declared = await declaredBy([{ ...own, spec }]);
  expect(called(declared, READINESS, "shop")?.inputs).toMatchObject({
    deadlineSeconds: 300,
    settleSeconds: 7,
    failsLate: true,
  });
});

test("a claim holds up nothing, and what Helm keeps is kept", async () => {
  const claim = {
    ...object("PersistentVolumeClaim", "data"),
    metadata: { name: "data", annotations: { "helm.sh/resource-policy": "keep" } },
  };
  const declared = await declaredBy([claim, deployment()]);
  expect(waitsFor(declared, A_DEPLOYMENT, "shop")).toEqual(["data"]);
  expect(called(declared, OBJECT_READINESS, "persistentvolumeclaim-data")).toBeDefined();
  const kept = called(declared, "kubernetes:core/v1:PersistentVolumeClaim", "data");
  expect(kept?.opts.retainOnDelete).toBe(true);
});

test("a claim outlives its manifest, because its data would go with it", async () => {
  const declared = await declaredBy([object("PersistentVolumeClaim", "data"), deployment()]);
  const claim = called(declared, "kubernetes:core/v1:PersistentVolumeClaim", "data");
  expect(claim?.opts).toMatchObject({
    retainOnDelete: true,
    // A replacement would be deleted, or meet the old one.
    ignoreChanges: [
      "spec.accessModes",
      "spec.storageClassName",
      "spec.volumeMode",
      "spec.volumeName",
    ],
  });
});

test("says what a claim that exists cannot become", () => {
  const spec = {
    accessModes: ["ReadWriteMany"],
    storageClassName: "fast",
    resources: { requests: { storage: "1Gi" } },
  };
  const claim = object("PersistentVolumeClaim", "data", { spec }) as unknown as ManifestObject;
  const found = { service: "", isEnding: false };
  expect(
    claimFaults(claim, { ...found, size: "1Gi", class: "fast", access: ["ReadWriteMany"] }),
  ).toEqual([]);
  const never =
    "which the claim data has and which never changes; write it so, or give a new claim a different name and copy the data";
  expect(
    claimFaults(claim, { ...found, size: "2Gi", class: "slow", access: ["ReadWriteOnce"] }),
  ).toEqual([
    `spec.storageClassName: got "fast"; allowed: "slow", ${never}`,
    `spec.accessModes: got ReadWriteMany; allowed: ReadWriteOnce, ${never}`,
    "spec.resources.requests.storage: got 1Gi; allowed: at least 2Gi, because a volume never shrinks",
  ]);
});

test("objects of different kinds that are released under the same name are told apart", async () => {
  const set = { ...deployment(), kind: "StatefulSet" };
  const declared = await declaredBy([set, deployment()]);
  const names = declared.filter(({ type }) => type === READINESS).map(({ name }) => name);
  expect(names.sort()).toEqual(["shop", "statefulset-shop"]);
});

test("an object stays the same one by whatever version of its API", async () => {
  const scaler = { ...object("HorizontalPodAutoscaler", "shop"), apiVersion: "autoscaling/v2" };
  const declared = await declaredBy([scaler, deployment()]);
  const type = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
  const aliases = called(declared, type, "shop")?.opts.aliases as pulumi.Alias[];
  const types = aliases.flatMap((each) => each.type ?? []);
  expect(types).toContain("kubernetes:autoscaling/v2beta2:HorizontalPodAutoscaler");
  expect(types).not.toContain(type);
});

test("an object stays the same one between settings, manifests and extras", async () => {
  const { result } = await deploy(async (opts) => {
    const release = new pulumi.ComponentResource("slipway:index:Release", "shop", {}, opts);
    const parent = { parent: release };
    const manifests = new pulumi.ComponentResource("slipway:index:Manifests", "shop", {}, parent);
    const places = formerPlaces(manifests).map(
      ({ parent: place }) => place as pulumi.Output<string>,
    );
    return new Promise<string[]>((resolve) => {
      pulumi.all(places).apply(resolve);
    });
  });
  const chains = (await result).map((urn) => urn.split("::")[2]?.split("$").slice(-2).join("$"));
  expect(chains).toEqual([
    "slipway:index:Release$slipway:index:Workload",
    "slipway:index:Release$slipway:index:Manifests",
    "slipway:index:Extra$slipway:index:Manifests",
  ]);
});

const restricted = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};
const own = () => ({ name: "app", image: "shop", securityContext: restricted });
const inPod = (securityContext: object, more: object = {}) =>
  ({
    ...deployment(),
    spec: { template: { spec: { ...more, containers: [{ name: "app", securityContext }] } } },
  }) as unknown as ManifestObject;

const CHART_WORDS = ["root", "privilege-escalation", "capabilities", "unconfined"] as const;

test("names the fields by which pods of manifests leave the level restricted, and the words that permit them", () => {
  const own = (each: ManifestObject, ...allow: ExceptionWord[]) => ({
    ...{ place: "slipway:extras.db", object: each, allow },
  });
  const bare = inPod({});
  const paths =
    "containers.app.securityContext.runAsNonRoot, containers.app.securityContext.allowPrivilegeEscalation, containers.app.securityContext.capabilities.drop, containers.app.securityContext.seccompProfile";
  expect(unsaidFaults(own(bare))).toEqual([
    `its pods leave the Pod Security level restricted by ${paths}; allowed: what https://kubernetes.io/docs/concepts/security/pod-security-standards says of it; set it in the manifests, or permit it with slipway:extras.db.allow: [${CHART_WORDS.join(", ")}]`,
  ]);
  expect(unsaidFaults(own(bare, "root", "unconfined"))).toEqual([
    expect.stringMatching(/allow: \[privilege-escalation, capabilities\]$/),
  ]);
  expect(unsaidFaults(own(bare, ...CHART_WORDS))).toEqual([]);
  // A token and a writable root are no matter of the levels.
  expect(unsaidFaults(own(inPod(restricted)))).toEqual([]);
  expect(unsaidFaults(own(inPod({}, { os: { name: "windows" } })))).toEqual([]);
  expect(unsaidFaults(own(object("ConfigMap", "a") as unknown as ManifestObject))).toEqual([]);
});

test("a namespace of others must admit what the words permit", () => {
  const own = (each: ManifestObject, ...allow: ExceptionWord[]) => ({ object: each, allow });
  const bare = own(inPod({}), ...CHART_WORDS);
  expect(levelFaults(bare, "restricted")).toEqual([
    expect.stringMatching(
      /^its pods leave the Pod Security level restricted, which the namespace enforces, by .*namespace's owner set its label/,
    ),
  ]);
  for (const level of ["baseline", "privileged", undefined]) {
    expect(levelFaults(bare, level)).toEqual([]);
  }
  const hosted = own(inPod(restricted, { hostNetwork: true }), "host-network");
  expect(levelFaults(hosted, "baseline")).toEqual([
    expect.stringMatching(/by hostNetwork; allowed/),
  ]);
});

test("a missing seccomp profile needs the level baseline, and one that is unconfined privileged", () => {
  const levelOf = (securityContext: object) =>
    strictest(exceptionsOf(inPod({ ...restricted, ...securityContext })).map(({ level }) => level));
  expect(levelOf({})).toBe("restricted");
  expect(levelOf({ seccompProfile: undefined })).toBe("baseline");
  expect(levelOf({ seccompProfile: { type: "Unconfined" } })).toBe("privileged");
});

test("tries objects as they are applied, and names what the API server refuses", async () => {
  const set = { ...deployment(), kind: "StatefulSet" };
  const made = await renderThose([set, object("Service", "shop"), object("ConfigMap", "a")]);
  const rendered = { ...made, allow: CHART_WORDS };
  const asked: unknown[] = [];
  const answer = (messages: readonly string[]) => (call: { readonly inputs: unknown }) => {
    asked.push(call.inputs);
    return { refused: messages.map((message, index) => ({ index, message })) };
  };
  const requireThose = async (...messages: string[]) => {
    const program = () => {
      const provider = new SlipwayProvider("slipway", { kubeconfig: "/k", context: "c" });
      const all = { services: { shop: rendered }, extras: {} };
      const required = requireManifests({ rendered: all, namespace: "store", provider });
      return required.catch((error: unknown) => (error as Error).message);
    };
    return (await deploy(program, { answer: answer(messages) })).result;
  };
  expect(await requireThose("spec.ports: Required", "data.A: got a number", "spec is wrong")).toBe(
    "3 faults in the manifests\n  slipway:services.shop: Service/shop: the API server refuses the object: spec.ports: Required\n  slipway:services.shop: ConfigMap/a: the API server refuses the object: data.A: got a number\n  slipway:services.shop: StatefulSet/shop: the API server refuses the object: spec is wrong",
  );
  expect(await requireThose('admission webhook "x" does not support dry run')).toEqual(new Set());
  // A webhook may compare an Ingress, or a Service, with what this very run changes; of pods it is right or wrong in any case.
  const denied = 'admission webhook "x" denied the request: no';
  const warned = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
  expect(await requireThose(denied)).toEqual(new Set());
  expect(warned.mock.calls).toEqual([[expect.stringMatching(/Service\/shop: .* denied/)]]);
  expect(await requireThose(denied, denied)).toMatch(
    /^slipway:services\.shop: ConfigMap\/a: .*denied/,
  );
  const [{ objects }] = asked as [{ objects: ManifestObject[] }];
  expect(objects.map(({ kind }) => kind)).toEqual(["Service", "ConfigMap", "StatefulSet"]);
  expect(asked[0]).toMatchObject({ resources: ["services", "configmaps", "statefulsets"] });
  expect(JSON.stringify(objects)).toContain(`"image":"any.invalid/image@sha256:`);
});

test("a word that loosens the namespace for nothing is refused", async () => {
  const made = await renderThose([
    { ...deployment(), spec: { template: { spec: { containers: [own()] } } } },
  ]);
  const program = () => {
    const provider = new SlipwayProvider("slipway", { kubeconfig: "/k", context: "c" });
    const all = { services: { shop: { ...made, allow: ["root"] as const } }, extras: {} };
    const required = requireManifests({ rendered: all, namespace: "store", provider });
    return required.catch((error: unknown) => (error as Error).message);
  };
  expect((await deploy(program, { answer: () => ({ refused: [] }) })).result).toMatch(
    /slipway:services\.shop\.allow: got root, and no pod of the manifests leaves .* so; remove it/,
  );
});

test("a service whose other Deployment has failed has failed by its name", () => {
  const record = (verdict: string, message: string) =>
    ({
      verdict,
      reason: verdict === "ready" ? null : "crash-loop",
      evidence: verdict === "ready" ? null : { message },
      digest: message,
    }) as unknown as ReleaseRecord;
  const worker = { deployment: { object: deployment("worker") } } as never;
  expect(combined(record("ready", "1/1"), [record("ready", "")], [worker])).toMatchObject({
    verdict: "ready",
  });
  expect(combined(record("ready", "1/1"), [record("failed", "exit 3")], [worker])).toMatchObject({
    verdict: "failed",
    reason: "crash-loop",
    evidence: { message: "deployment worker: exit 3" },
    digest: "1/1",
  });
  const running = { digest: "sha256:1" } as ReleaseRecord["running"];
  const back = { ...record("failed", "exit 3"), running };
  expect(combined(record("ready", "1/1"), [back], [worker]).evidence?.message).toBe(
    "deployment worker: exit 3; it runs sha256:1 again, and what is ready of the service stays at this release",
  );
  expect(combined(back, [record("ready", "1/1")], [worker]).evidence?.message).toBe(
    "exit 3; at this release stays deployment worker",
  );
  expect(combined(back, [back], [worker]).evidence?.message).toBe("exit 3");
});

test("says which images beside the containers of an object stay tags", async () => {
  const named = {
    ...deployment(),
    spec: {
      template: {
        spec: {
          containers: [
            {
              ...{ name: "app", image: "shop:v1" },
              args: ["--sidecar-image=ghcr.io/acme/sidecar:v2", "redis.example.com:6379", "a:b"],
              env: [
                { name: "RUNNER", value: "localhost:5000/runner:1.0" },
                { name: "PINNED", value: PINNED },
                { name: "URL", value: "http://example.com/a:b" },
              ],
            },
          ],
        },
      },
    },
  };
  const database = object("Certificate", "db", {
    apiVersion: "cert-manager.io/v1",
    spec: { imageName: "postgres:17", other: { image: PINNED }, pullPolicy: "a:b" },
  });
  const { notes } = await renderThose([named, database]);
  expect(notes.filter((note) => note.includes("beside its containers")).toSorted()).toEqual([
    "Certificate/db names the image postgres:17 beside its containers, which stays a tag; pin it by its digest if it is run",
    "Deployment/shop names the image ghcr.io/acme/sidecar:v2 beside its containers, which stays a tag; pin it by its digest if it is run",
    "Deployment/shop names the image localhost:5000/runner:1.0 beside its containers, which stays a tag; pin it by its digest if it is run",
  ]);
});
