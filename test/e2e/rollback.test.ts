// Proves a rollback and each way on from it; that its write is refused when somebody else was first is a unit test's.
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { allServingPods, storedRelease } from "../support/rollback.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

const good = { ...shop, env: { ONLY_IN_THE_FIRST: "1" } };
const broken = { ...shop, env: { FAULT_CRASH_AT_START: "3" } };
const fixed = { ...shop, env: { FIXED: "1" } };

let project: Project;
let pods: string[];
let commit: string;
beforeAll(async () => {
  project = await Project.create("rollback");
  await project.settings({ services: { shop: good } });
  commit = await project.commit("good");
  await succeed(project.up());
  pods = await allServingPods(project.namespace, shop.replicas);
});
afterAll(() => project.dispose());

const environment = async () =>
  (await cluster.get(DEPLOYMENT, project.namespace, "shop")).spec?.template.spec?.containers[0]
    ?.env;

test("a broken release is told first, then rolled back, and fails the up", async () => {
  await project.settings({ services: { shop: broken } });
  await project.commit("broken");
  const { exitCode, output } = await project.up();

  expect(exitCode).not.toBe(0);
  const told = output.search(/warning: shop: crash-loop after \d+ s[^]*as FAULT_CRASH_AT_START/);
  const rolledBack = output.search(
    new RegExp(`shop: rolled back to sha256:\\w{12} \\(commit ${commit.slice(0, 12)}.*, ready`),
  );
  expect(told).toBeGreaterThan(0);
  expect(rolledBack).toBeGreaterThan(told);
  expect(output).toMatch(/updating.*rolls back/);
  expect(output).toContain("no database migration was undone");
  expect(await allServingPods(project.namespace, shop.replicas)).toEqual(pods);
  expect(await environment()).toEqual([{ name: "ONLY_IN_THE_FIRST", value: "1" }]);
});

test("the state says what failed, what runs, and what was ready last", async () => {
  const { release, lastReady } = await storedRelease(project);
  expect(release).toMatchObject({
    verdict: "failed",
    reason: "crash-loop",
    previous: { commit },
    running: { commit, verdict: "ready", reason: null },
  });
  expect(release.running?.pods.map(({ name }) => name).sort()).toEqual(pods);
  expect(lastReady).toMatchObject({ commit });
});

test("a preview says what runs and what the program asks for", async () => {
  const { output } = await project.pulumi("preview", "--stack=dev");
  expect(output).toMatch(/shop: sha256:\w+ \(.*\) failed with crash-loop, and sha256:\w+ \(.*\) /);
  expect(output).toMatch(/runs instead and is ready; the program asks for it again, which/);
});

test("an up of the same is refused at once, with the way to try again", async () => {
  const { exitCode, output } = await project.up();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/shop: rolled-back: sha256:.* failed with crash-loop, and sha256:.* runs/);
  expect(output).toContain("retry with pulumi up --refresh");
  expect(output).not.toMatch(/\d\/\d ready/);
  expect(await allServingPods(project.namespace, shop.replicas)).toEqual(pods);
});

test("a refresh shows the drift, and takes the earlier release for no success of the new one", async () => {
  const { output } = await succeed(
    project.pulumi("refresh", "--yes", "--skip-preview", "--diff", "--stack=dev"),
  );
  expect(output).toMatch(/"FAULT_CRASH_AT_START" => "ONLY_IN_THE_FIRST"/);
  expect(output).toMatch(/shop: rolled-back: .* failed with crash-loop, and .* runs instead/);
  expect((await storedRelease(project)).release).toMatchObject({
    verdict: "failed",
    reason: "crash-loop",
    running: { commit, verdict: "ready" },
  });
});

test("after the refresh, a preview shows that an up would try the release again", async () => {
  const { output } = await succeed(project.pulumi("preview", "--stack=dev"));
  expect(output).toMatch(/Deployment shop update \[diff: ~spec\]/);
  expect(output).toMatch(/runs instead and is ready; the program asks for it again$/m);
});

test("an up with --refresh tries the release again", async () => {
  const { exitCode, output } = await project.up("--refresh");
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/warning: shop: crash-loop after \d+ s/);
  expect(output).toMatch(/shop: rolled back to sha256:\w{12} \(commit/);
  expect(await allServingPods(project.namespace, shop.replicas)).toEqual(pods);
});

test("a fix is green, and nothing of the restored template stays behind", async () => {
  await project.settings({ services: { shop: fixed } });
  const next = await project.commit("fixed");
  await succeed(project.up());
  expect(await environment()).toEqual([{ name: "FIXED", value: "1" }]);
  const { release, lastReady } = await storedRelease(project);
  expect(release).toMatchObject({ verdict: "ready", running: null, previous: { commit } });
  expect(lastReady).toMatchObject({ commit: next });
  const { output } = await succeed(project.pulumi("preview", "--stack=dev", "--refresh"));
  expect(output).not.toMatch(/ to update/);
});
