// Proves that broken services do not keep the others of a stack from their verdicts, and that a service of many pods gets its own; how
// hundreds of services do is the bench's to tell. The many pods are on nodes without machines: no kubelet has a part in them.
import { putFaults } from "../../bench/catalogue/faults.ts";
import { usesDuring } from "../../bench/processes.ts";
import { LISTED_PODS, type ReleaseRecord } from "../../contract/release-record.ts";
import { JOB } from "../../testbed/killable-up.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { ensureExtras } from "../../tools/platform/additions.ts";
import { ON_FAKE_NODES } from "../../tools/platform/kwok.ts";

let project: Project;
beforeAll(async () => {
  project = await Project.create("many", { env: { PULUMI_PARALLEL: "16" } });
});
afterAll(() => project.dispose());

test("of six services two are broken: each has its verdict in the same up, and both are named", async () => {
  const quick = { ...shop, replicas: 1 };
  const rest = { two: quick, three: quick, four: quick, five: quick, six: quick };
  const services = { one: quick, ...rest };
  const faults = {
    two: { ...quick, env: { TOKEN: { secret: "absent", key: "token" } } },
    five: { ...quick, env: { FAULT_CRASH_AT_START: "3" } },
  };
  await project.settings({ services: { ...services, ...faults } });
  const { exitCode, output } = await project.up();

  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/two: config-missing after \d+ s: secret "absent" not found/);
  expect(output).toMatch(/five: crash-loop after \d+ s/);
  expect(output).toMatch(/2 of 6 releases failed: .*five \(crash-loop\).*/);
  expect(output).not.toMatch(/^\s+at .*\.[tj]s:\d+/m);
  const verdicts = await verdictsOf(project);
  expect(verdicts).toEqual({
    one: "ready",
    two: "failed",
    three: "ready",
    four: "ready",
    five: "failed",
    six: "ready",
  });

  // What failed is judged again without a change, and a service that is taken out stays until all is well.
  await project.settings({ services: { ...rest, ...faults } });
  const again = await project.up();
  expect(again.exitCode).not.toBe(0);
  expect(again.output).toMatch(/2 of 5 releases failed/);
  expect(again.output).not.toMatch(/deleted/);

  await project.settings({ services });
  await succeed(project.up());
  expect(new Set(Object.values(await verdictsOf(project)))).toEqual(new Set(["ready"]));
});

test("a service of hundreds of pods is proved: they come in pages, the provider stays small, and so does the record", async () => {
  const pods = 600;
  await ensureExtras("kwok");
  const crowd = await Project.create("crowd", { env: { [JOB]: "crowd" } });
  try {
    await crowd.settings({ services: { crowd: { ...shop, replicas: pods } } });
    await putFaults(crowd, { crowd: { pod: ON_FAKE_NODES } });
    const { uses } = await usesDuring(`${JOB}=crowd`, () => succeed(crowd.up()));
    const { releases } = await crowd.outputs<{ releases: Record<string, ReleaseRecord> }>();
    const release = releases["crowd"];
    expect(release).toMatchObject({ verdict: "ready", otherPods: pods - LISTED_PODS });
    expect(release?.pods).toHaveLength(LISTED_PODS);
    expect(release?.pods.every(({ node }) => node?.startsWith("fake-") === true)).toBe(true);
    // In MiB.
    expect(uses.slipway.memory).toBeGreaterThan(0);
    expect(uses.slipway.memory).toBeLessThan(400);
  } finally {
    await crowd.dispose();
  }
});

async function verdictsOf(stack: Project): Promise<Readonly<Record<string, string>>> {
  const { releases } = await stack.outputs<{ releases: Record<string, ReleaseRecord> }>();
  return Object.fromEntries(Object.entries(releases).map(([name, { verdict }]) => [name, verdict]));
}
