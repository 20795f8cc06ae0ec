// Proves with the real engine and API server that one table refuses the same objects to `preview`, to `up` and to people with kubectl, and lets
// pass what Slipway and the controllers write. It cannot prove the controllers of other clusters, nor Pulumi's start of the pack's folder by its own
// Node.js language host, which this machine may not have.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { RULES } from "../../policy/rules/table.ts";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, SECRET } from "../../testbed/kinds.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { Program } from "../../testbed/program.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { breakingObjects, type PolicyObject, rightDeployment } from "../support/policy-objects.ts";
import { CHECKOUT } from "../support/stack-config.ts";

const PACK = join(CHECKOUT, "policy/slipway-policy");
/** Somebody with kubectl. Each cluster has such a role. */
const JANE = "jane@example.com";
const WAIVER = { until: "9999-12-31", why: "a story" };

let program: Program;
let project: Project;
let home: string;
beforeAll(async () => {
  program = await Program.create("policy-pack");
  project = await Project.create("policy");
  home = project.namespace;
});
afterAll(async () => {
  await program.dispose();
  await project.dispose();
});

const policy = {
  admission: true,
  waive: { "no-plain-secrets": { "Secret/by-hand": WAIVER } },
  rules: {
    "team-label": {
      kinds: ["Deployment"],
      check: 'object.metadata.name != "teamless" || object.metadata.?labels[?"team"].hasValue()',
      message: "set the label team",
    },
  },
};
const quick = { ...shop, replicas: 1 };
const nightly = {
  build: { of: "shop" },
  command: ["node", "-e", ""],
  schedule: { cron: "0 3 * * *" },
  resources: shop.resources,
};
const settings = (more: object = {}) => ({
  policy,
  credentials: { session: { keys: { KEY: { random: { length: 40 } } } } },
  services: { shop: { ...quick, credentials: ["session"] }, nightly },
  ...more,
});

const scene = () => ({
  namespace: home,
  image: `${project.namespace}.invalid/shop@sha256:${"a".repeat(64)}`,
  labels: { "app.kubernetes.io/name": "shop" },
});
/** What people write, with an image of the stack's own registry. */
async function objects(): Promise<Readonly<Record<string, PolicyObject>>> {
  const { image } = (await project.outputs<Outputs>()).releases.shop;
  return breakingObjects({ ...scene(), image });
}

interface Outputs {
  readonly releases: Readonly<Record<"shop" | "nightly", ReleaseRecord>>;
}

/** What the API server says to somebody. */
const said = async (args: readonly string[], input: object = {}, as: readonly string[] = []) =>
  kubectl([...as, "--namespace", home, ...args], JSON.stringify(input)).catch((error: unknown) =>
    String((error as { readonly stderr?: string }).stderr),
  );
const asJane = ["--as", JANE];
const create = (object: object, as: readonly string[]) => said(["create", "-f", "-"], object, as);

test("what Slipway delivers, and what the controllers make of it, passes", async () => {
  await project.settings(settings());
  const packed = await succeed(project.up(`--policy-pack=${PACK}`));
  expect(packed.output).toContain("slipway");
  expect(packed.output).not.toMatch(/violat|can't run policy/i);
  await cluster.create({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { namespace: home, name: "jane" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "edit" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: JANE }],
  });
  // With the policy in force: new pods of a template, a Secret by the controller, a run of the CronJob.
  const changed = { ...quick, credentials: ["session", "second"], env: { N: "2" } };
  const credentials = Object.fromEntries(
    ["session", "second"].map((name) => [name, { keys: { KEY: { random: { length: 40 } } } }]),
  );
  await project.settings(
    settings({
      credentials,
      services: { shop: changed, nightly: { ...nightly, env: { N: "2" } } },
    }),
  );
  await succeed(project.up());
  const { releases } = await project.outputs<Outputs>();
  expect(releases).toMatchObject({ shop: { verdict: "ready" }, nightly: { verdict: "ready" } });
  expect(await cluster.find(SECRET, home, "second")).toBeDefined();
});

test("what people do rightly passes, and so does what is waived", async () => {
  const { image } = (await project.outputs<Outputs>()).releases.shop;
  const right = rightDeployment("right", { ...scene(), image });
  expect(await create(right, asJane)).toMatch(/^deployment\.apps\/right created/);
  expect(await said(["scale", "deployment/shop", "--replicas=2"], {}, asJane)).toMatch(/scaled/);
  expect(await said(["rollout", "restart", "deployment/right"], {}, asJane)).toMatch(/restarted/);
  const secret = ["create", "secret", "generic", "by-hand", "--from-literal=KEY=a"];
  expect(await said(secret, {}, asJane)).toMatch(/^secret\/by-hand created/);
});

test.each(RULES.map(({ name }) => name))("%s is refused to everybody", async (rule) => {
  const object = (await objects())[rule] as PolicyObject;
  // Only administrators may write roles at all.
  const answer = await create(object, object.apiVersion.startsWith("rbac") ? [] : asJane);
  const { kind, metadata } = object;
  expect(answer).toMatch(
    new RegExp(`'${home}-slipway-policy' .*denied request: ${kind}/${metadata.name}: ${rule}: `),
  );
  expect(answer).not.toContain("m4rk-in-clear");
  expect(await cluster.find(object, home, metadata.name)).toBeUndefined();
});

test("a rule of the team's is refused in its own words, and nobody may add what breaks a rule to what is there", async () => {
  const { image } = (await project.outputs<Outputs>()).releases.shop;
  const teamless = rightDeployment("teamless", { ...scene(), image });
  expect(await create(teamless, asJane)).toMatch(/team-label: set the label team/);
  const pod = { spec: { template: { spec: { hostPID: true } } } };
  const patch = ["patch", "deployment", "shop", "--type=merge", `--patch=${JSON.stringify(pod)}`];
  expect(await said(patch, {}, asJane)).toMatch(
    /no-host-namespaces: its pods need allow: \[host-pid\]/,
  );
  const { spec } = await cluster.get(DEPLOYMENT, home, "shop");
  expect(spec?.template.spec?.hostPID).toBeUndefined();
});

/** Manifests of a team with these objects. */
async function withExtras(of: readonly object[], more: object = {}): Promise<void> {
  const yaml = of.map((object) => JSON.stringify(object)).join("\n---\n");
  await writeFile(join(project.folder, "extra.yaml"), yaml);
  await project.settings(settings({ extras: { extra: { files: "extra.yaml" } }, ...more }));
}

test("an up refuses the same, all at once and before anything is registered", async () => {
  const { "no-plain-secrets": plain, "no-unpinned-images": tag, ...others } = await objects();
  await withExtras(Object.values(others));
  const { exitCode, output } = await project.up();
  expect(exitCode).not.toBe(0);
  expect(output).toContain(`${Object.keys(others).length} things that the policy refuses`);
  for (const [rule, { kind, metadata }] of Object.entries(others)) {
    expect(output).toContain(`slipway:extras.extra: ${kind}/${metadata.name}: ${rule}: `);
  }
  expect(output).not.toMatch(/^\s+at .*:\d+:\d+/m);

  // What no manifest may have at all is told first.
  await withExtras([plain, tag] as readonly object[]);
  const preview = await project.pulumi("preview", "--stack=dev");
  expect(preview.exitCode).not.toBe(0);
  expect(preview.output).toMatch(/Secret plain: got values of KEY in clear/);
  expect(preview.output).toMatch(/Deployment\/unpinned: container main: got image ".*:latest"/);
});

test("a preview lists what is waived, and fails by the day after a waiver", async () => {
  const { "readiness-probes": unprobed } = await objects();
  const waived = (until: string) => ({
    policy: {
      ...policy,
      waive: { ...policy.waive, "readiness-probes": { extra: { until, why: "a chart" } } },
    },
  });
  await withExtras([unprobed as object], waived("9999-12-31"));
  const { output } = await succeed(project.slipway("preview", "--stack=dev"));
  expect(output).toMatch(/^### Waived$/m);
  expect(output).toContain("- `readiness-probes of extra until 9999-12-31: a chart`");

  await withExtras([unprobed as object], waived("2020-01-31"));
  const ended = await project.pulumi("preview", "--stack=dev");
  expect(ended.exitCode).not.toBe(0);
  expect(ended.output).toMatch(
    /slipway:policy\.waive\.readiness-probes\.extra\.until: got "2020-01-31"; the waiver has ended, today is \d{4}-\d\d-\d\d/,
  );
});

test("the pack refuses it in a program that is not Slipway's", async () => {
  await program.write(`
    const metadata = { name: "it", namespace };
    new k8s.core.v1.Secret("plain", { metadata, stringData: { KEY: "m4rk-in-clear" } }, on);
    new k8s.rbac.v1.Role("all", {
      metadata,
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["*"] }],
    }, on);
    new k8s.apps.v1.Deployment("tag", {
      metadata,
      spec: {
        selector: { matchLabels: { app: "it" } },
        template: {
          metadata: { labels: { app: "it" } },
          spec: { containers: [{ name: "main", image: "registry.example.com/it:1" }] },
        },
      },
    }, on);`);
  const { exitCode, output } = await program.preview(`--policy-pack=${PACK}`);
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/Secret plain: got a value of KEY/);
  expect(output).toMatch(/Role all: rules\[\]\.verbs: got "\*"/);
  expect(output).toMatch(
    /Deployment tag: container main: got image "registry\.example\.com\/it:1"/,
  );
  expect(output).toMatch(/Deployment tag: no NetworkPolicy of the stack selects its pods/);
  expect(output).not.toContain("m4rk-in-clear");
});
