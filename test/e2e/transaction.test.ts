// The rooms of a release together: a group with a migration, gates that are signed, and the policy, from dev to prod. The migration is a command of the
// example's image that fails on demand: a real database and tool are for the story of migrations, a real scanner for the story of scans.
import { delimiter } from "node:path";

import type { V1Job } from "@kubernetes/client-node";

import { execa } from "execa";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, type Kind, POD } from "../../testbed/kinds.ts";
import type { KillableUp } from "../../testbed/killable-up.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { goBuild } from "../../tools/go/build.ts";
import { cosign, cosignFolder } from "../../tools/go/cosign.ts";
import { environment } from "../../tools/platform/environment.ts";
import { rightDeployment } from "../support/policy-objects.ts";

type Own = Readonly<Record<string, { readonly env?: object }>>;
type Records = Readonly<Record<"ledger" | "cart" | "shop", ReleaseRecord>>;

const JOB: Kind<V1Job> = { apiVersion: "batch/v1", kind: "Job" };
const MEMBERS = ["ledger", "cart", "shop"] as const;
const JANE = "jane@example.com";
const PROD = "--stack=prod";
const MIGRATES = `
  if (process.env.LOCKED) {
    console.error("the schema is locked");
    process.exit(3);
  }
  console.log("the schema is of " + process.env.VERSION);
`;
const MIGRATE = { command: ["node", "-e", MIGRATES] };
const WAIVED = "network-policies of shop until 9999-12-31: a story";

let project: Project;
let home: string;
let killed: KillableUp | undefined;
beforeAll(async () => {
  await goBuild(cosign, () => undefined);
  const { PATH } = environment();
  const env = { PATH: [PATH, cosignFolder()].join(delimiter), COSIGN_PASSWORD: "s3cret-of-it" };
  project = await Project.create("transaction", { env });
  home = `${project.namespace}-prod`;
  await succeed(project.pulumi("stack", "init", "prod"));
  await execa("cosign", ["generate-key-pair"], {
    cwd: project.folder,
    env: { ...environment(), ...env },
  });
});
afterAll(async () => {
  killed?.dispose();
  await project.pulumi("cancel", "--yes", PROD);
  const { exitCode, output } = await project.pulumi("destroy", "--yes", "--skip-preview", PROD);
  await project.dispose();
  expect(exitCode === 0 ? "" : output).toBe("");
});

/** Members at a version; `own` is what single ones have beside that. */
function services(version: string, own: Own, isBuilt: boolean) {
  const { build, ...quick } = { ...shop, replicas: 1, deadlineSeconds: 20 };
  const service = (name: string) => ({
    ...quick,
    ...(isBuilt && { build: name === "ledger" ? build : { of: "ledger" } }),
    ...(name === "ledger" && { migrate: MIGRATE }),
    env: { VERSION: version, ...own[name]?.env },
  });
  return Object.fromEntries(MEMBERS.map((name) => [name, service(name)]));
}

const groups = { checkout: MEMBERS };

async function dev(version: string): Promise<void> {
  await project.settings({ groups, services: services(version, {}, true) });
}

async function prod(version: string, own: Own = {}, scan: object = {}): Promise<void> {
  const gates = { acceptance: {}, scan: { within: "7d", signedBy: "cosign.pub", ...scan } };
  const waiver = { until: "9999-12-31", why: "a story" };
  await project.settings(
    {
      namespace: home,
      groups,
      policy: { admission: true, waive: { "network-policies": { shop: waiver } } },
      promoteFrom: {
        stack: "dev",
        repository: `\${SLIPWAY_REGISTRY}/e2e/${project.namespace}`,
        gates,
      },
      services: services(version, own, false),
    },
    "prod",
  );
}

const upOfProd = () => project.pulumi("up", "--yes", "--skip-preview", PROD);
const preview = (...args: string[]) => project.slipway("preview", PROD, ...args);

async function passGates(): Promise<void> {
  const of = ["--stack=dev", "--service=ledger"];
  await succeed(project.slipway("gate", "pass", "acceptance", ...of, "--by=Ada"));
  const command = ["--key=cosign.key", "--", "sh", "-c", "exit 0 # {image}"];
  await succeed(project.slipway("gate", "run", "scan", ...of, ...command));
}

async function records(stack = PROD): Promise<Records> {
  const { output } = await succeed(project.pulumi("stack", "output", "releases", "--json", stack));
  return JSON.parse(output) as Records;
}

/** What of prod a release changes: the Deployments and their pods. */
async function standing(): Promise<Readonly<Record<string, object>>> {
  const [deployments, pods] = await Promise.all([
    cluster.list(DEPLOYMENT, home),
    cluster.list(POD, home, "app.kubernetes.io/name"),
  ]);
  return Object.fromEntries(
    deployments.map(({ metadata, spec }) => {
      const [container] = spec?.template.spec?.containers ?? [];
      const own = pods.filter(
        (pod) => pod.metadata?.labels?.["app.kubernetes.io/name"] === metadata?.name,
      );
      return [
        metadata?.name ?? "",
        {
          generation: metadata?.generation,
          version: container?.env?.find(({ name }) => name === "VERSION")?.value,
          pods: own.map((pod) => pod.metadata?.uid).sort(),
        },
      ];
    }),
  );
}

const jobs = () => cluster.list(JOB, home, "slipway/migrates=ledger");
const isClean = () => succeed(project.slipway("verify-state", PROD));

test("prod takes a set of dev once its image has passed both gates, and the comment shows group, migration and gates", async () => {
  await dev("1");
  await succeed(project.up());
  const { ledger } = await records("--stack=dev");
  await prod("1");
  const refused = await preview("--comment=refused.md");
  expect(refused.exitCode).toBe(1);
  expect(refused.output).toContain("6 reasons not to promote from organization/slipway/dev");
  expect(await project.read("refused.md")).toContain(
    `releases.shop must have passed the gate scan, got no pass for ${ledger.digest}`,
  );

  await passGates();
  await succeed(preview("--comment=comment.md"));
  const comment = await project.read("comment.md");
  expect(comment).toContain("### Groups\n\n- `checkout`: `ledger`, then `cart`, then `shop`");
  expect(comment).toContain("### Migrations\n\n- `ledger`: **migration runs**: `node -e ");
  expect(comment).toContain(`### Waived\n\n- \`${WAIVED}\``);
  for (const name of MEMBERS) {
    expect(comment).toMatch(new RegExp(`- \`${name}\` has passed \`acceptance\`, by \`Ada\``));
    expect(comment).toMatch(
      new RegExp(`- \`${name}\` has passed \`scan\`, at \\S+, signed by \`cosign.pub\`, until`),
    );
  }
});

test("the records and the report of prod show migration, group, gates and waiver", async () => {
  await succeed(upOfProd());
  const { ledger, cart, shop: last } = await records();
  expect(ledger).toMatchObject({
    verdict: "ready",
    migration: { verdict: "ready", log: ["the schema is of 1"] },
    group: { name: "checkout", members: MEMBERS, verdict: "ready", failed: null },
    gates: [
      { name: "acceptance", by: "Ada" },
      { name: "scan", signedBy: "cosign.pub" },
    ],
  });
  expect([cart.group, last.group]).toEqual([ledger.group, ledger.group]);
  expect([cart.gates, last.gates]).toEqual([ledger.gates, ledger.gates]);
  expect(last.waived).toEqual([WAIVED]);

  await succeed(project.slipway("report", PROD, "--markdown=report.md", "--html=report.html"));
  const [report, page] = await Promise.all([
    project.read("report.md"),
    project.read("report.html"),
  ]);
  expect(report).toContain(
    `- \`group checkout: the set ${ledger.group?.set ?? ""} is ready: ledger, cart, shop\``,
  );
  expect(report).toContain(`\`job ${ledger.migration?.job ?? ""} ended well`);
  expect(report).toContain("- `shop` has passed `scan`, at ");
  for (const text of [`checkout ${ledger.group?.set ?? ""}`, ledger.migration?.job, "cosign.pub"]) {
    expect(page).toContain(text);
  }
});

test("what the policy refuses is refused to a kubectl user with edit rights and to a preview, and nothing of it is there", async () => {
  const before = await standing();
  await cluster.create({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { namespace: home, name: "jane" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "edit" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: JANE }],
  });
  const asJane = (args: readonly string[], input = "") =>
    kubectl(["--as", JANE, "--namespace", home, ...args], input).catch((error: unknown) =>
      String((error as { readonly stderr?: string }).stderr),
    );
  const tag = await asJane(["set", "image", "deployment/cart", "cart=registry.example.com/cart"]);
  expect(tag).toContain("denied request: Deployment/cart: no-unpinned-images: container cart: ");
  const refusal = "no-host-namespaces: its pods need allow: [host-pid]";
  const { image } = (await records()).cart;
  const scene = { namespace: home, image, labels: { "app.kubernetes.io/name": "cart" } };
  const object = JSON.stringify(rightDeployment("other", scene, { pod: { hostPID: true } }));
  expect(await asJane(["create", "-f", "-"], object)).toContain(
    `denied request: Deployment/other: ${refusal}`,
  );

  await project.write("other.json", object);
  const settings = await project.read("Pulumi.prod.yaml");
  const extras = '  slipway:extras: { other: { files: "other.json" } }\n';
  await project.write("Pulumi.prod.yaml", settings.replace(/^config:\n/m, `config:\n${extras}`));
  const { exitCode, output } = await preview();
  await project.write("Pulumi.prod.yaml", settings);
  expect(exitCode).toBe(1);
  expect(output).toContain(`Deployment/other: ${refusal}`);
  expect(await standing()).toEqual(before);
});

test("a migration that fails touches nothing of the group", async () => {
  await project.write("example/shop/package.json", '{ "name": "shop", "version": "99.0.0" }\n');
  await dev("2");
  await project.commit("another image");
  await succeed(project.up());
  await passGates();
  const [before, { ledger: good, ...others }] = await Promise.all([standing(), records()]);

  await prod("2", { ledger: { env: { LOCKED: "1" } } });
  const { exitCode, output } = await upOfProd();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(
    /group checkout: ledger has failed with migration-failed; ledger stays at sha256:\w{12}, ready; cart stays at sha256:\w{12}, untouched; shop stays at sha256:\w{12}, untouched/,
  );
  expect(await standing()).toEqual(before);
  const { ledger, ...held } = await records();
  expect(held).toEqual(others);
  expect(ledger).toMatchObject({
    reason: "migration-failed",
    migration: { verdict: "failed", log: ["the schema is locked"], last: good.migration?.job },
    group: { verdict: "failed", failed: { member: "ledger", reason: "migration-failed" } },
    running: { digest: good.digest, verdict: "ready", migratedBy: good.migration?.job },
  });
  expect(ledger.digest).not.toBe(good.digest);
});

test("a second member that crashes takes the first back, and leaves the third untouched", async () => {
  const [before, { shop: untouched }] = await Promise.all([standing(), records()]);
  await prod("2", { cart: { env: { FAULT_CRASH_AT_START: "3" } } });
  const { exitCode, output } = await upOfProd();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(
    /group checkout: cart has failed with crash-loop; ledger is back at sha256:\w{12}, ready; cart is back at sha256:\w{12}, ready; shop stays at sha256:\w{12}, untouched/,
  );
  const after = await standing();
  expect(after["shop"]).toEqual(before["shop"]);
  expect(after).toMatchObject({ ledger: { version: "1" }, cart: { version: "1" } });
  const { ledger, cart, shop: last } = await records();
  expect(last).toEqual(untouched);
  const failed = { member: "cart", reason: "crash-loop" };
  expect(cart).toMatchObject({
    reason: "crash-loop",
    group: { failed },
    running: { verdict: "ready" },
  });
  expect(ledger).toMatchObject({
    reason: "group-failed",
    group: { failed },
    running: { verdict: "ready" },
    migration: { verdict: "ready", log: ["the schema is of 2"] },
  });
  expect(output).toContain(`the schema stays as job ${ledger.migration?.job ?? ""} has left it`);
  await isClean();
});

test("a fix that is killed half-way is completed by the next up, and nothing migrates twice", async () => {
  const [migrated] = await jobs();
  await prod("2");
  killed = project.killableUp(PROD);
  await killed.seen(/MemberProof cart updating/);
  await killed.kill("SIGKILL", "group");
  await succeed(project.pulumi("cancel", "--yes", PROD));
  expect(await standing()).toMatchObject({ ledger: { version: "2" }, shop: { version: "1" } });

  await succeed(upOfProd());
  const all = await records();
  expect(await standing()).toMatchObject({
    ledger: { version: "2" },
    cart: { version: "2" },
    shop: { version: "2" },
  });
  for (const name of MEMBERS) {
    expect(all[name]).toMatchObject({ verdict: "ready", group: { verdict: "ready" } });
    expect(all[name].group?.set).toBe(all.ledger.group?.set);
  }
  expect((await jobs()).map(({ metadata }) => metadata?.uid)).toEqual([migrated?.metadata?.uid]);
  await isClean();
});

test("a scan that is too old stops the promotion before anything changes", async () => {
  const before = await standing();
  await prod("3", {}, { within: "1s" });
  const { exitCode, output } = await upOfProd();
  expect(exitCode).not.toBe(0);
  expect(output).toContain("3 reasons not to promote from organization/slipway/dev");
  expect(output).toMatch(
    /releases\.cart must have passed the gate scan, got a pass of \S+, and it may be 1 s old at most/,
  );
  expect(await standing()).toEqual(before);
});
