// Proves that a wait goes on where a killed run left it; what an apply does that is cut off is in killed-apply.
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { cluster } from "../../testbed/cluster.ts";
import { POD } from "../../testbed/kinds.ts";
import type { KillableUp } from "../../testbed/killable-up.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { kubernetesPlugin } from "../support/kubernetes-plugin.ts";

const slow = (seconds: number) => ({
  ...shop,
  env: { FAULT_READY_AFTER_SECONDS: String(seconds) },
});
/** The official provider may live on for five minutes. */
const LONGEST_MILLISECONDS = 10 * 60 * 1000;
const WAITS = /Readiness shop (creating|updating) .*\d\/2 ready/;

let project: Project;
let up: KillableUp | undefined;
beforeAll(async () => {
  project = await Project.create("killed-wait");
});
afterEach(() => {
  up?.dispose();
});
afterAll(async () => {
  await project.unlock();
  await project.dispose();
});

test("a first release that is aborted as Jenkins does it is awaited on by the next up", async () => {
  await project.settings({ services: { shop: slow(10) } });
  up = project.killableUp();
  await up.seen(WAITS);
  const { exitCode, output } = await up.kill("SIGTERM", "job");
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/shop: interrupted after \d+ s: the run was interrupted before/);
  expect(await up.leftovers()).toEqual([]);
  const pods = await podsOf(project);

  const resumed = await succeed(project.up());
  expect(resumed.output).toMatch(
    /shop: resumes the wait for sha256:[0-9a-f]{12} .*that was interrupted at 20\d\d-/,
  );
  expect(resumed.output).not.toContain("pending operations");
  expect(await podsOf(project)).toEqual(pods);
  expect(await verdictOf(project)).toBe("ready");
});

test(
  "a change whose engine is killed leaves a lock that is explained, and is awaited on",
  async () => {
    await project.settings({ services: { shop: slow(11) } });
    up = project.killableUp();
    await up.seen(WAITS);
    await up.kill("SIGKILL", "group");
    expect(await up.leftovers()).toEqual([]);

    const locked = await project.up();
    expect(locked.exitCode).not.toBe(0);
    expect(locked.output).toMatch(/currently locked by 1 lock.*`pulumi cancel`/);
    expect(locked.output).toMatch(/created by .*@.* \(pid \d+\) at 20\d\d-/);

    await project.unlock();
    const resumed = await succeed(project.up());
    expect(resumed.output).toMatch(
      /shop: resumes the wait for sha256:[0-9a-f]{12} .*, applied by an earlier run at 20\d\d-/,
    );
    // Nothing was applied anew: the Deployment is at the generation that the killed run gave it.
    expect(await recordOf(project)).toMatchObject({ verdict: "ready", generation: 2 });
    expect((await succeed(project.up())).output).not.toMatch(/resumes|pending operations/);

    // All that happened beside the provider of the killed run, which may not have noticed yet.
    const { noticesWithinSeconds } = await kubernetesPlugin();
    const patience = (noticesWithinSeconds ?? 0) * 1000;
    expect(await up.hasProviderLeft(patience)).toBe(noticesWithinSeconds === null);
  },
  LONGEST_MILLISECONDS,
);

test("a change that is interrupted as from a terminal is awaited on", async () => {
  await project.settings({ services: { shop: slow(12) } });
  up = project.killableUp();
  await up.seen(WAITS);
  const { exitCode, output } = await up.kill("SIGINT", "group");
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/shop: interrupted after \d+ s: the run was interrupted before/);
  expect(await up.leftovers()).toEqual([]);

  const resumed = await succeed(project.up());
  expect(resumed.output).toMatch(
    /shop: resumes the wait for sha256:[0-9a-f]{12} .*that was interrupted at 20\d\d-/,
  );
  expect(await recordOf(project)).toMatchObject({ verdict: "ready", generation: 3 });
});

async function podsOf({ namespace }: Project): Promise<(string | undefined)[]> {
  const pods = await cluster.list(POD, namespace, "app.kubernetes.io/name=shop");
  return pods.map(({ metadata }) => metadata?.uid).sort();
}

async function recordOf(stack: Project): Promise<ReleaseRecord | undefined> {
  const { releases } = await stack.outputs<{ releases: Record<string, ReleaseRecord> }>();
  return releases["shop"];
}

async function verdictOf(stack: Project): Promise<string | undefined> {
  return (await recordOf(stack))?.verdict;
}
