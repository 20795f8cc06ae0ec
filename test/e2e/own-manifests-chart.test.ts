// Proves a service by its own Helm chart, rendered by the real Helm for the real cluster. Charts of registries and repositories are not
// fetched here; the fixture has the shape of Mastodon's chart, and nothing of Mastodon.
import { cp, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";

import type { KubernetesObject, V1Job } from "@kubernetes/client-node";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { cluster } from "../../testbed/cluster.ts";
import {
  CONFIG_MAP,
  DEPLOYMENT,
  INGRESS,
  type Kind,
  NAMESPACE,
  SERVICE,
} from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { helmFolder } from "../../tools/go/helm.ts";
import { environment } from "../../tools/platform/environment.ts";
import { CHECKOUT } from "../../tools/platform/folders.ts";
import { waivedFor } from "../support/waived.ts";

const JOB: Kind<V1Job> = { apiVersion: "batch/v1", kind: "Job" };
const DEFINITION: Kind<KubernetesObject> = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
};

const { PATH, SLIPWAY_BASE_IMAGE: base } = environment();

/** The outputs that are looked at. */
interface Outputs {
  readonly releases: { readonly mastodon: ReleaseRecord };
  readonly endpoints: { readonly mastodon: Readonly<Record<string, unknown>> };
}

let project: Project;
let home: string;
let group: string;
beforeAll(async () => {
  project = await Project.create("chart", {
    env: { PATH: [PATH, helmFolder()].join(delimiter) },
  });
  home = project.namespace;
  group = `${home}.example.com`;
  const chart = join(project.folder, "chart");
  await cp(join(CHECKOUT, "test/fixtures/own-manifests/chart"), chart, { recursive: true });
  const definition = join(chart, "crds/relay.yaml");
  await writeFile(definition, (await readFile(definition, "utf8")).replaceAll("GROUP", group));
});
afterAll(async () => {
  await project.dispose();
  const metadata = { name: `relays.${group}` };
  await cluster.delete({ ...DEFINITION, metadata }).catch(() => undefined);
});

const mastodon = (values: object = {}) => ({
  build: shop.build,
  // Without a probe, sidekiq is ready before it fails.
  settleSeconds: 2,
  manifests: {
    chart: "chart",
    values: { group, existingSecret: "mastodon", cache: { image: base }, ...values },
    outside: [`CustomResourceDefinition/relays.${group}`],
    hooks: { "Job/mastodon-db-migrate": "before" },
    awaitAddress: false,
  },
});

test("a preview refuses hooks, a made-up Secret and a tag, each with its remedy, and nothing is made", async () => {
  const bare = { build: shop.build, manifests: { chart: "chart", values: { group } } };
  await project.settings({ services: { mastodon: bare } });
  const madeUp = await project.pulumi("preview", "--stack=dev");
  expect(madeUp.exitCode).not.toBe(0);
  expect(madeUp.output).toMatch(
    /slipway:services\.mastodon\.manifests: chart chart: renders Secret\/mastodon differently each time/,
  );

  const values = { group, existingSecret: "mastodon" };
  await project.settings({
    services: { mastodon: { ...bare, manifests: { chart: "chart", values } } },
  });
  const { exitCode, output } = await project.pulumi("preview", "--stack=dev");
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(
    /Job\/mastodon-db-migrate is a hook of Helm \(post-install, pre-upgrade\)/,
  );
  expect(output).toMatch(/CustomResourceDefinition\/relays\.\S+: is outside of namespaces/);
  expect(output).toMatch(/Deployment\/mastodon-cache: container cache: got image "redis:7"/);
  expect(output).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(await cluster.find(NAMESPACE, undefined, home)).toBeUndefined();
});

test("a template that fails is reported in Helm's words", async () => {
  await project.settings({
    policy: waivedFor("mastodon"),
    services: { mastodon: mastodon({ image: "no mapping" }) },
  });
  const { exitCode, output } = await project.pulumi("preview", "--stack=dev");
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/chart chart: cannot be rendered: Error: .*repository/);
});

test("each object of the chart is delivered, its definition and its migration before what needs them", async () => {
  await project.settings({ policy: waivedFor("mastodon"), services: { mastodon: mastodon() } });
  await succeed(project.pulumi("preview", "--stack=dev"));
  const { output } = await succeed(project.up());
  expect(output).toContain("Pod/mastodon-smoke is a test of Helm and is left out");

  const { releases, endpoints } = await project.outputs<Outputs>();
  const { verdict, image } = releases.mastodon;
  expect(verdict).toBe("ready");
  const job = await cluster.get(JOB, home, "mastodon-db-migrate");
  expect(job.status?.succeeded).toBe(1);
  expect(job.spec?.template.spec?.containers[0]?.image).toBe(image);
  expect(job.metadata?.annotations).not.toHaveProperty("helm.sh/hook");
  for (const name of ["web", "streaming", "sidekiq"]) {
    const deployment = await cluster.get(DEPLOYMENT, home, `mastodon-${name}`);
    expect(deployment.metadata?.labels).toMatchObject({ "helm.sh/chart": "mastodon-6.6.2" });
    expect(deployment.spec?.template.spec?.containers[0]).toMatchObject({
      name,
      image,
      env: [{ name: "ROLE", value: name }],
      envFrom: [{ configMapRef: { name: "mastodon-env" } }],
    });
    const created = Number(deployment.metadata?.creationTimestamp?.getTime());
    expect(created).toBeGreaterThanOrEqual(Number(job.status?.completionTime?.getTime()));
  }
  const cache = await cluster.get(DEPLOYMENT, home, "mastodon-cache");
  expect(cache.spec?.template.spec?.containers[0]?.image).toBe(base);
  const { data } = await cluster.get(CONFIG_MAP, home, "mastodon-env");
  expect(data).toMatchObject({
    HAS_CRON_JOBS: "true",
    KUBERNETES: expect.stringMatching(/^v1\.34/) as string,
  });
  const relay = { apiVersion: `${group}/v1`, kind: "Relay" };
  expect(await cluster.get<KubernetesObject>(relay, home, "mastodon")).toMatchObject({
    spec: { inbox: "https://relay.example.com/inbox" },
  });
  expect((await cluster.get(INGRESS, home, "mastodon")).spec?.tls).toEqual([
    { hosts: ["mastodon.example.com"], secretName: "mastodon-tls" },
  ]);
  const { spec } = await cluster.get(SERVICE, home, "mastodon-web");
  expect(endpoints.mastodon).toEqual({
    inCluster: `http://mastodon-web.${home}.svc.cluster.local:3000`,
    address: `http://${spec?.clusterIP ?? ""}:3000`,
    public: "https://mastodon.example.com/",
  });
});

test("a migration that fails holds back the Deployments that come after it", async () => {
  const before = await cluster.get(DEPLOYMENT, home, "mastodon-sidekiq");
  const broken = { migrate: { script: "process.exit(3)" }, sidekiq: { env: { CHANGED: "1" } } };
  await project.settings({
    policy: waivedFor("mastodon"),
    services: { mastodon: mastodon(broken) },
  });
  const { exitCode, output } = await project.up();

  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/job-mastodon-db-migrate: job-failed after \d+ s.*exit code 3/);
  const after = await cluster.get(DEPLOYMENT, home, "mastodon-sidekiq");
  expect(after.metadata?.generation).toBe(before.metadata?.generation);
});

test("a Deployment that fails rolls back, and a fix is green", async () => {
  const broken = { sidekiq: { env: { FAULT_CRASH_AT_START: "3" } } };
  await project.settings({
    policy: waivedFor("mastodon"),
    services: { mastodon: mastodon(broken) },
  });
  const { exitCode, output } = await project.up();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/rolled back to sha256:\w{12}/);
  const { releases } = await project.outputs<Outputs>();
  expect(releases.mastodon.evidence?.message).toMatch(/^deployment mastodon-sidekiq: /);

  await project.settings({
    policy: waivedFor("mastodon"),
    services: { mastodon: mastodon({ sidekiq: { env: { FIXED: "1" } } }) },
  });
  await succeed(project.up());
  expect((await project.outputs<Outputs>()).releases.mastodon.verdict).toBe("ready");
});
