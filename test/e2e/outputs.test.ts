// Proves what another stack reads in the same backend; it cannot prove that the outputs of a later version
// stay as they are: docs/outputs.schema.json and its unit test hold them.
import { cp } from "node:fs/promises";
import { join } from "node:path";

import type { HistoryEntry, ReleaseRecord } from "../../contract";
import { faultsOf } from "../support/outputs-schema";
import { Project } from "../support/project";
import { shop } from "../support/shop";
import { succeed } from "../support/succeed";

const CONSUMER = "example/consumer";

interface Outputs {
  readonly releases: { readonly shop: ReleaseRecord };
  readonly history: { readonly shop: readonly HistoryEntry[] };
  readonly endpoints: { readonly shop: { readonly address: string } };
}

let project: Project;
beforeAll(async () => {
  project = await Project.create("outputs");
  await cp(join(__dirname, "../..", CONSUMER), join(project.folder, CONSUMER), { recursive: true });
});
afterAll(() => project.dispose());

function consumer(...args: string[]) {
  return project.pulumi("-C", CONSUMER, ...args);
}

test("another stack refuses one that was never deployed", async () => {
  await succeed(consumer("stack", "init", "dev"));
  const { exitCode, output } = await consumer("up", "--yes", "--skip-preview", "--stack=dev");
  expect(exitCode).not.toBe(0);
  expect(output).toContain(
    'organization/slipway/dev: the output "releases" must be there, got nothing; run that stack\'s up first',
  );
});

test("another stack takes over the image and the address of a proved release", async () => {
  await project.settings({ services: { shop } });
  await succeed(project.up());
  const outputs = await project.outputs<Outputs>();
  expect(faultsOf(outputs)).toEqual([]);
  const { pods, digest: released } = outputs.releases.shop;
  expect(pods.flatMap((pod) => Object.entries(pod)).filter(([, value]) => value === null)).toEqual(
    [],
  );
  expect(outputs.history.shop).toMatchObject([{ digest: released, verdict: "ready" }]);

  await succeed(consumer("up", "--yes", "--skip-preview", "--stack=dev"));
  const { output } = await succeed(consumer("stack", "output", "--json", "--stack=dev"));
  const { image, digest } = outputs.releases.shop;
  expect(JSON.parse(output)).toEqual({ image, digest, url: outputs.endpoints.shop.address });
});

test("a release that fails is recorded as failed, and another stack refuses it", async () => {
  const before = await project.outputs<Outputs>();
  const env = { FAULT_CRASH_AT_START: "3" };
  await project.settings({ services: { shop: { ...shop, deadlineSeconds: 10, env } } });
  expect((await project.up()).exitCode).not.toBe(0);

  const after = await project.outputs<Outputs>();
  expect(faultsOf(after)).toEqual([]);
  expect(after.releases.shop).toMatchObject({
    verdict: "failed",
    previous: { manifestHash: before.releases.shop.manifestHash },
    evidence: { object: expect.stringMatching(/^pod shop-/) as string },
  });
  expect(after.releases.shop.evidence?.containers[0]).toMatchObject({
    container: "shop",
    exitCode: 3,
    log: expect.arrayContaining([expect.any(String)]) as string[],
  });
  expect(after.history.shop.map(({ verdict }) => verdict)).toEqual(["failed", "ready"]);
  expect(after.endpoints).toEqual(before.endpoints);
  expect((await consumer("up", "--yes", "--skip-preview", "--stack=dev")).exitCode).not.toBe(0);
});
