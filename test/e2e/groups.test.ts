// The example stands for three services that are one release. Cannot prove that two versions of a service do not meet while a group is
// delivered: they do, as in any rolling update.
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT } from "../../testbed/kinds.ts";
import type { KillableUp } from "../../testbed/killable-up.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

type Env = Readonly<Record<string, string>>;

const MEMBERS = ["ledger", "cart", "shop"];

let project: Project;
let killed: KillableUp | undefined;
beforeAll(async () => {
  project = await Project.create("groups");
});
afterEach(() => {
  killed?.dispose();
});
afterAll(() => project.dispose());

/** Three members and a service beside them, of one image, at a version; `own` is what single ones have beside that. */
async function ask(version: string, own: Readonly<Record<string, Env>> = {}): Promise<void> {
  const { build, ...quick } = { ...shop, replicas: 1, deadlineSeconds: 20 };
  const service = (name: string) => ({
    ...quick,
    build: name === "ledger" ? build : { of: "ledger" },
    env: { VERSION: version, ...own[name] },
  });
  await project.settings({
    groups: { checkout: MEMBERS },
    services: Object.fromEntries([...MEMBERS, "aside"].map((name) => [name, service(name)])),
  });
}

async function records(): Promise<Readonly<Record<string, ReleaseRecord>>> {
  return (await project.outputs<{ releases: Record<string, ReleaseRecord> }>()).releases;
}

/** The version that each service runs, and how often its Deployment was changed. */
async function running(): Promise<Readonly<Record<string, string>>> {
  const all = await cluster.list(DEPLOYMENT, project.namespace);
  return Object.fromEntries(
    all.map(({ metadata, spec }) => {
      const [container] = spec?.template.spec?.containers ?? [];
      const version = container?.env?.find(({ name }) => name === "VERSION")?.value;
      return [metadata?.name ?? "", version ?? ""];
    }),
  );
}

async function generations(): Promise<Readonly<Record<string, number>>> {
  const all = await cluster.list(DEPLOYMENT, project.namespace);
  return Object.fromEntries(
    all.map(({ metadata }) => [metadata?.name ?? "", metadata?.generation ?? 0]),
  );
}

test("members are delivered in order, each after the one before is ready", async () => {
  await ask("1");
  const { output } = await succeed(project.up());
  const at = MEMBERS.flatMap((name) => [
    output.indexOf(`kubernetes:apps/v1:Deployment ${name} created`),
    output.indexOf(`slipway:index:MemberProof ${name} created`),
  ]);
  expect(at).toEqual(at.toSorted((one, other) => one - other));
  expect(at).not.toContain(-1);
  const { ledger, cart, aside, shop: last } = await records();
  const group = { name: "checkout", members: MEMBERS, verdict: "ready", failed: null };
  expect(ledger?.group).toMatchObject(group);
  expect(cart?.group).toEqual(ledger?.group);
  expect(last?.group).toEqual(ledger?.group);
  expect(aside).not.toHaveProperty("group");
  await succeed(project.up("--expect-no-changes"));
});

test("a member that fails takes the one before it back, and the one behind it stays untouched", async () => {
  const before = await records();
  const { shop: untouched } = await generations();
  await project.write("example/shop/package.json", '{ "name": "shop", "version": "99.0.0" }\n');
  await project.commit("another image");
  await ask("2", { cart: { FAULT_CRASH_AT_START: "3" } });
  const { exitCode, output } = await project.up();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(
    /group checkout: cart has failed with crash-loop; ledger is back at sha256:\w{12}, ready; cart is back at sha256:\w{12}, ready; shop stays at sha256:\w{12}, untouched/,
  );
  expect(await running()).toEqual({ ledger: "1", cart: "1", shop: "1", aside: "2" });
  expect((await generations())["shop"]).toBe(untouched);
  const { ledger, cart, aside, shop: last } = await records();
  const failed = { member: "cart", reason: "crash-loop" };
  expect(ledger).toMatchObject({
    reason: "group-failed",
    group: { verdict: "failed", failed },
    running: { verdict: "ready", manifestHash: before["ledger"]?.manifestHash },
  });
  expect(cart).toMatchObject({
    reason: "crash-loop",
    group: { verdict: "failed", failed },
    running: { verdict: "ready" },
  });
  expect(last).toEqual(before["shop"]);
  expect(aside).toMatchObject({ verdict: "ready" });
});

test("the unchanged up is refused, and a fix of one member brings all of them", async () => {
  const before = await generations();
  const preview = await succeed(project.pulumi("preview", "--stack=dev"));
  expect(preview.output).not.toMatch(/ (created|create|delete|replace)\b/);
  const again = await project.up();
  expect(again.exitCode).not.toBe(0);
  expect(again.output).toMatch(/ledger: rolled-back: .* failed with group-failed, and .*is ready/);
  expect(await generations()).toEqual(before);
  expect(await records()).toMatchObject({
    ledger: { reason: "group-failed", group: { failed: { member: "cart" } } },
    cart: { reason: "crash-loop" },
    shop: { verdict: "ready" },
  });

  await ask("2");
  await succeed(project.up());
  expect(await running()).toEqual({ ledger: "2", cart: "2", shop: "2", aside: "2" });
  expect(Object.values(await records()).map(({ verdict }) => verdict)).toEqual(
    Array.from({ length: 4 }, () => "ready"),
  );
});

test("after a kill in the middle, the next up takes back what the killed one had changed", async () => {
  await ask("3", { cart: { FAULT_CRASH_AT_START: "3" } });
  killed = project.killableUp();
  await killed.seen(/MemberProof cart updating/);
  await killed.kill("SIGKILL", "group");
  await project.unlock();
  expect(await running()).toMatchObject({ ledger: "3", cart: "3", shop: "2" });

  const next = await project.up();
  expect(next.exitCode).not.toBe(0);
  expect(await running()).toMatchObject({ ledger: "2", cart: "2", shop: "2" });
  expect(await records()).toMatchObject({
    ledger: { reason: "group-failed", running: { verdict: "ready" } },
    cart: { verdict: "failed", running: { verdict: "ready" } },
    shop: { verdict: "ready" },
  });
});

test("a group goes back and is promoted as a whole", async () => {
  await ask("3");
  const { ledger: first } = await records();
  const alone = await project.slipway("rollback", "--stack=dev", "--service=cart", "--no-up");
  expect(alone).toMatchObject({ exitCode: 2 });
  expect(alone.output).toContain("allowed: npx slipway rollback --group checkout");
  const back = ["rollback", "--stack=dev", "--group=checkout", "--yes", "--json"];
  const { output } = await succeed(project.slipway(...back, "--no-up"));
  const { images } = JSON.parse(output.slice(output.indexOf("\n{"))) as { images: object };
  expect(Object.keys(images)).toEqual(MEMBERS);
  expect(Object.values(images)).not.toContain(first?.image);
  await succeed(project.up());
  expect(await records()).toMatchObject({
    ledger: { verdict: "ready", previous: { image: first?.image } },
    cart: { verdict: "ready", previous: { image: first?.image } },
  });
  await succeed(project.slipway("unpin", "--stack=dev", "--yes", "--no-up"));

  await succeed(project.pulumi("stack", "init", "prod"));
  const namespace = `${project.namespace}-prod`;
  const services = Object.fromEntries(MEMBERS.map((name) => [name, { port: 8080, replicas: 1 }]));
  const promoteFrom = { stack: "dev", repository: `\${SLIPWAY_REGISTRY}/e2e/${project.namespace}` };
  const preview = () => project.pulumi("preview", "--stack=prod");
  await project.settings({ namespace, promoteFrom, services }, "prod");
  expect((await preview()).output).toContain(
    "set slipway:groups.checkout: [ledger, cart, shop] in this stack, too",
  );
  await project.settings(
    { namespace, promoteFrom, services, groups: { checkout: MEMBERS } },
    "prod",
  );
  await succeed(preview());
});
