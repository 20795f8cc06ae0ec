// Proves what the commands do to a real stack; that a terminal is asked is not proved here: nobody sits at this one.
import { stat } from "node:fs/promises";
import { join } from "node:path";

import { kubeConfig } from "../../testbed/cluster.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

const MAIN = "example/shop/src/main.ts";
const { hostname, port } = new URL(kubeConfig().getCurrentCluster()?.server ?? "");
const jenkins = {
  apiServer: { cidr: `${hostname}/32`, ports: [Number(port)] },
  lanes: { deploy: {} },
};
const good = { ...shop, replicas: 1 };

let project: Project;
let digests: string[];
beforeAll(async () => {
  project = await Project.create("command");
  await configure(good);
  const source = await project.read(MAIN);
  for (const version of ["first", "second"]) {
    await project.write(MAIN, `${source}\n// ${version}\n`);
    await project.commit(version);
    await succeed(project.up());
  }
});
afterAll(() => project.dispose());

const configure = (service: object) => project.settings({ jenkins, services: { shop: service } });
const slipway = (...args: string[]) => project.slipway(...args, "--stack=dev");
/** The JSON in what a person would see. */
const json = (output: string): unknown => JSON.parse(output.slice(output.indexOf("{")));

test("history and status tell of the releases, for people and for programs", async () => {
  const { output } = await succeed(slipway("history", "--json"));
  const { history } = json(output) as { history: { digest: string; verdict: string }[] };
  digests = history.map(({ digest }) => digest);
  expect(history.map(({ verdict }) => verdict)).toEqual(["ready", "ready"]);
  const { output: table } = await succeed(slipway("history"));
  expect(table).toMatch(
    /^AGE +COMMIT +DIGEST +VERDICT +REASON +TOOK\n\d+\w +\w{12} +sha256:\w{12} +ready/,
  );
  const { output: status } = await succeed(slipway("status", "--json"));
  expect(json(status)).toMatchObject({
    stack: "dev",
    services: [{ service: "shop", verdict: "ready", desired: digests[0], runs: digests[0] }],
  });
});

test("a rollback that fails ends with 4 where the release before was put back", async () => {
  await configure({ ...good, env: { FAULT_CRASH_AT_START: "3" } });
  const { exitCode, output } = await slipway("rollback", "--yes");
  expect(output).toContain("error: failed and rolled back: shop (crash-loop)");
  expect(exitCode).toBe(4);
  expect(await project.read("Pulumi.dev.yaml")).toContain(`@${digests[1] ?? ""}`);
  const { output: status } = await succeed(slipway("status", "--json"));
  expect(json(status)).toMatchObject({
    services: [{ verdict: "failed", desired: digests[1], runs: digests[0] }],
  });
});

test("and with 5 where nothing was put back", async () => {
  await configure({ ...good, rollback: false, env: { FAULT_CRASH_AT_START: "4" } });
  const { exitCode, output } = await slipway("rollback", "--yes", "--to", digests[1] ?? "");
  expect(output).toContain("error: failed: shop (crash-loop)");
  expect(exitCode).toBe(5);
});

test("an up that fails for another reason ends with 1", async () => {
  await configure({ ...good, build: { ...good.build, target: "no-such-stage" } });
  const text = await project.read("Pulumi.dev.yaml");
  const pins = `  slipway:pins:\n    shop:\n      image: x@sha256:${"a".repeat(64)}\n`;
  await project.write("Pulumi.dev.yaml", text.replace("config:\n", `config:\n${pins}`));
  expect((await slipway("unpin", "--yes")).exitCode).toBe(1);
});

test("unpin has nothing to do where nothing is pinned", async () => {
  await configure(good);
  const { output } = await succeed(slipway("unpin", "--yes"));
  expect(output).toContain("nothing is pinned");
  await succeed(project.up());
});

test("a lane's kubeconfig is for its owner only, is not printed, and delivers", async () => {
  const file = join(project.folder, "deploy.kubeconfig");
  const { output } = await succeed(
    slipway("kubeconfig", "--lane=deploy", "--for=10m", `--out=${file}`),
  );
  expect(output).toMatch(/^wrote .*deploy\.kubeconfig: .*-jenkins-deploy\/agent until \d{4}-/);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const [, token = "none"] = /token: (\S+)/.exec(await project.read("deploy.kubeconfig")) ?? [];
  expect(output).not.toContain(token);
  await succeed(project.with({ SLIPWAY_KUBECONFIG: file }).up("--expect-no-changes"));

  const unknown = await slipway("kubeconfig", "--lane=build");
  expect(unknown.output).toContain('error: --lane: got "build"; allowed: deploy');
  expect(unknown.exitCode).toBe(2);
});

test("a report is a page by itself", async () => {
  await succeed(slipway("report", "--html=report.html"));
  const page = await project.read("report.html");
  expect(page).toMatch(/^<!doctype html>/i);
  expect(page).toContain(digests[0]?.slice("sha256:".length, "sha256:".length + 12));
  const { output } = await succeed(slipway("report", "--json"));
  expect(json(output)).toMatchObject({ version: 1, stack: "dev", verdict: "ready" });
});
