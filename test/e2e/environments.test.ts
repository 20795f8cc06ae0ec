// Proves the way of a commit through two environments on one cluster and one registry host; that clusters and
// registries of different places are reached with different logins is for test/e2e/promotion-copy.test.ts.
import { stat } from "node:fs/promises";
import { join } from "node:path";

import { execa } from "execa";
import { parse, stringify } from "yaml";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { environment } from "../../tools/platform/environment.ts";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import type { Run } from "../../testbed/run.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

const NO_DAEMON = { DOCKER_HOST: "tcp://127.0.0.1:1" };
const MAIN = "example/shop/src/main.ts";

let project: Project;
let prod: string;
let source: string;
let digests: string[] = [];
beforeAll(async () => {
  project = await Project.create("environments");
  prod = `${project.namespace}-prod`;
  source = await project.read(MAIN);
  await project.settings({ services: { shop: { ...shop, replicas: 1 } } });
  await succeed(project.pulumi("stack", "init", "prod"));
  await promoteFrom({});
});
afterAll(async () => {
  await succeed(project.pulumi("destroy", "--yes", "--skip-preview", "--stack=prod"));
  await project.dispose();
});

/** Settings of prod: its own registry, replicas and variables, and no way to build. */
async function promoteFrom(promotion: object): Promise<void> {
  const service = Object.fromEntries(Object.entries(shop).filter(([key]) => key !== "build"));
  const settings = {
    cluster: { kubeconfig: "${SLIPWAY_KUBECONFIG}" },
    registry: { repository: `\${SLIPWAY_REGISTRY}/e2e/${prod}` },
    namespace: prod,
    promoteFrom: {
      stack: "dev",
      repository: `\${SLIPWAY_REGISTRY}/e2e/${project.namespace}`,
      ...promotion,
    },
    services: { shop: { ...service, env: { STAGE: "prod" } } },
  };
  const stack = parse(await project.read("Pulumi.prod.yaml")) as Record<string, unknown>;
  const config = Object.entries(settings).map(([key, value]) => [`slipway:${key}`, value]);
  await project.write(
    "Pulumi.prod.yaml",
    `# the settings of prod\n${stringify({ ...stack, config: Object.fromEntries(config) as object })}`,
  );
}

/** A commit with other source in the shop's entry. */
async function commit(text: string): Promise<string> {
  await project.write(MAIN, text);
  return project.commit("another source");
}

const up = (stack: string): Promise<Run> =>
  project
    .with(stack === "prod" ? NO_DAEMON : {})
    .pulumi("up", "--yes", "--skip-preview", `--stack=${stack}`);

async function releaseOf(stack: string): Promise<ReleaseRecord> {
  const { output } = await succeed(
    project.pulumi("stack", "output", "releases", "--json", `--stack=${stack}`),
  );
  return (JSON.parse(output) as { shop: ReleaseRecord }).shop;
}

const runningIn = async (namespace: string) =>
  (await cluster.get(DEPLOYMENT, namespace, "shop")).spec?.template.spec?.containers[0];

test("a commit goes to dev, and from there to prod with the same digest and no Docker daemon", async () => {
  const id = await commit(`${source}\n// first\n`);
  await succeed(up("dev"));
  const inDev = await releaseOf("dev");
  const expected = `--expect=shop=${inDev.digest}`;
  await project.write("plan.json", "of before");
  const plan = "--save-plan=plan.json";
  await succeed(project.with(NO_DAEMON).slipway("preview", "--stack=prod", expected, plan));
  expect((await stat(join(project.folder, "plan.json"))).mode & 0o777).toBe(0o600);
  expect(await project.read("plan.json")).toContain("resourcePlans");
  await succeed(up("prod"));

  const inProd = await releaseOf("prod");
  expect(inProd).toMatchObject({
    verdict: "ready",
    digest: inDev.digest,
    commit: id,
    dirty: false,
  });
  expect(inProd.image).toBe(`${environment().SLIPWAY_REGISTRY}/e2e/${prod}/shop@${inDev.digest}`);
  expect(inProd.pods).toHaveLength(2);
  digests = [inDev.digest];
});

test("nothing of dev's settings goes to prod, and nothing of prod's to dev", async () => {
  expect((await runningIn(prod))?.env).toEqual([{ name: "STAGE", value: "prod" }]);
  expect((await runningIn(project.namespace))?.env ?? []).toEqual([]);
});

test("an up of prod without a new release in dev changes nothing", async () => {
  const { output } = await succeed(
    project.with(NO_DAEMON).slipway("preview", "--stack=prod", "--exit-code"),
  );
  expect(output).not.toMatch(/to update|to create/);
  await succeed(project.slipway("preview", "--stack=prod", `--expect=shop=${digests[0] ?? ""}`));
});

test("a release is not promoted before it is old enough and its image has passed the gates", async () => {
  await commit(`${source}\n// second\n`);
  await succeed(up("dev"));
  const { digest } = await releaseOf("dev");
  await promoteFrom({ soak: "1h", gates: ["acceptance"] });
  const refused = await up("prod");
  expect(refused.exitCode).not.toBe(0);
  expect(refused.output).toContain("2 reasons not to promote from organization/slipway/dev");
  expect(refused.output).toMatch(/releases\.shop must have been ready for 3600 s, got \d+ s/);
  expect(refused.output).toContain(
    `must have passed the gate acceptance, got no pass for ${digest}`,
  );

  await promoteFrom({ gates: ["acceptance"] });
  const without = await project.slipway("preview", "--stack=prod", "--exit-code");
  expect(without.exitCode).toBe(1);
  await succeed(project.slipway("gate", "pass", "acceptance", "--stack=dev"));
  const pending = await project.slipway("preview", "--stack=prod", "--exit-code");
  expect(pending.exitCode).toBe(3);
  await succeed(up("prod"));
  expect((await releaseOf("prod")).digest).toBe(digest);
  digests.push(digest);
});

test("a forged record of dev brings neither an image nor gates of its own", async () => {
  const { image, digest } = await releaseOf("dev");
  const own = `/e2e/${project.namespace}/shop@`;
  const forged = image.replace(own, `/e2e/${project.namespace}-forged/shop@`);
  const [repository = ""] = forged.split("@");
  const passed = `${repository}:gate-acceptance-${digest.slice("sha256:".length).slice(0, 32)}`;
  await execa("crane", ["copy", "--", image, passed], { env: environment() });
  const { output: state } = await succeed(project.pulumi("stack", "export", "--stack=dev"));
  await project.write("state.json", state);
  await project.write("forged.json", state.replaceAll(image, forged));
  await succeed(project.pulumi("stack", "import", "--stack=dev", "--file=forged.json"));
  const { exitCode, output } = await project.slipway("preview", "--stack=prod");
  await succeed(project.pulumi("stack", "import", "--stack=dev", "--file=state.json"));
  expect(exitCode).not.toBe(0);
  expect(output).toContain(
    `releases.shop.image must be in ${image.split("@")[0] ?? ""}, got ${repository}; if dev is right to have it there, set promoteFrom.repository`,
  );
});

test("a bad commit fails in dev, and is refused by prod, which goes on as it was", async () => {
  await commit("process.exit(1);\n");
  expect((await up("dev")).exitCode).not.toBe(0);
  const before = await releaseOf("prod");
  const { exitCode, output } = await up("prod");
  expect(exitCode).not.toBe(0);
  expect(output).toContain(
    'releases.shop.verdict must be "ready", got "failed" with the reason "crash-loop"; fix that stack and run its up first',
  );
  expect(output).toContain("releases.shop must have passed the gate acceptance, got no pass for");
  expect(await releaseOf("prod")).toEqual(before);
  expect((await runningIn(prod))?.image).toBe(before.image);

  const { output: status } = await succeed(project.slipway("status", "--stack=dev"));
  expect(status).toMatch(/shop +\w{12} +sha256:\w{12} +failed \(crash-loop\) +\w+ +sha256:/);
});

test("a rollback asks first, and changes nothing where nobody answers", async () => {
  const settings = await project.read("Pulumi.prod.yaml");
  const { exitCode, output } = await project.slipway("rollback", "--stack=prod");
  expect(exitCode).toBe(2);
  expect(output).toMatch(/shop: sha256:\w{12} \(commit \w{12}, ready\)\n +→ sha256:/);
  expect(output).toContain("error: --yes: missing, and nobody can answer");
  expect(await project.read("Pulumi.prod.yaml")).toBe(settings);
});

test("prod is rolled back, whatever dev's state, and stays there on the next up", async () => {
  const { output } = await succeed(
    project.with(NO_DAEMON).slipway("rollback", "--stack=prod", "--yes"),
  );
  expect(output).toContain("stays there until npx slipway unpin");
  const release = await releaseOf("prod");
  expect(release).toMatchObject({ verdict: "ready", digest: digests[0] });
  expect(release.commit).toMatch(/^[0-9a-f]{40}$/);
  const settings = await project.read("Pulumi.prod.yaml");
  expect(settings).toContain("# the settings of prod");
  expect(settings).toContain(`@${digests[0] ?? ""}`);

  await succeed(up("prod"));
  expect((await releaseOf("prod")).digest).toBe(digests[0]);
  const { output: history } = await succeed(project.slipway("history", "--stack=prod", "--json"));
  const { history: entries } = JSON.parse(json(history)) as { history: { digest: string }[] };
  expect(new Set(entries.map(({ digest }) => digest))).toEqual(new Set(digests));
});

test("a rollback to an image that the registry has lost is refused", async () => {
  const { output: history } = await succeed(project.slipway("history", "--stack=prod", "--json"));
  const { history: entries } = JSON.parse(json(history)) as {
    history: { digest: string; image: string }[];
  };
  const lost = entries.find(({ digest }) => digest === digests[1])?.image ?? "";
  const settings = await project.read("Pulumi.prod.yaml");
  await execa("crane", ["delete", lost], { env: environment() });
  const to = `--to=${digests[1] ?? ""}`;
  const { exitCode, output } = await project.slipway("rollback", "--stack=prod", "--yes", to);
  expect(exitCode).toBe(1);
  expect(output).toContain(`error: shop: ${lost} must be in the registry, got nothing`);
  expect(await project.read("Pulumi.prod.yaml")).toBe(settings);
});

test("unpinned, prod takes what dev has proved since", async () => {
  await promoteFromKeepingPins();
  const id = await commit(`${source}\n// third\n`);
  await succeed(up("dev"));
  await succeed(up("prod"));
  expect((await releaseOf("prod")).digest).toBe(digests[0]);

  await succeed(project.with(NO_DAEMON).slipway("unpin", "--stack=prod", "--yes"));
  expect(await releaseOf("prod")).toMatchObject({
    verdict: "ready",
    commit: id,
    digest: (await releaseOf("dev")).digest,
  });
  expect(await project.read("Pulumi.prod.yaml")).not.toContain("slipway:pins");
});

/** The gate was for the release before. */
async function promoteFromKeepingPins(): Promise<void> {
  const settings = await project.read("Pulumi.prod.yaml");
  const { config } = parse(settings) as { config: Record<string, unknown> };
  await promoteFrom({});
  const after = parse(await project.read("Pulumi.prod.yaml")) as { config: object };
  const pins = { "slipway:pins": config["slipway:pins"] };
  await project.write(
    "Pulumi.prod.yaml",
    stringify({ ...after, config: { ...after.config, ...pins } }),
  );
}

/** The JSON in what a person would see. */
function json(output: string): string {
  return output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1);
}
