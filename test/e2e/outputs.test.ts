// Proves what another stack reads in the same backend; it cannot prove that the outputs of a later version
// stay as they are: docs/outputs.schema.json and its unit test hold them.
import { cp } from "node:fs/promises";
import { join } from "node:path";

import type { HistoryEntry, ReleaseRecord } from "../../contract/release-record.ts";
import { environment } from "../../tools/platform/environment.ts";
import { faultsOf } from "../support/outputs-schema.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

const CONSUMER = "example/consumer";

interface Outputs {
  readonly releases: { readonly shop: ReleaseRecord };
  readonly history: { readonly shop: readonly HistoryEntry[] };
  readonly endpoints: { readonly shop: { readonly address: string } };
}

let project: Project;
beforeAll(async () => {
  project = await Project.create("outputs");
  await cp(join(import.meta.dirname, "../..", CONSUMER), join(project.folder, CONSUMER), {
    recursive: true,
  });
  await succeed(consumer("stack", "init", "dev"));
  const { SLIPWAY_KUBECONFIG } = environment();
  await succeed(consumer("config", "set", "kubeconfig", SLIPWAY_KUBECONFIG, "--stack=dev"));
  await succeed(consumer("config", "set", "context", "slipway-platform", "--stack=dev"));
});
afterAll(async () => {
  await succeed(consumer("destroy", "--yes", "--skip-preview", "--stack=dev"));
  await project.dispose();
});

const upOfConsumer = () => consumer("up", "--yes", "--skip-preview", "--stack=dev");

/** Breaks what the producer's state says of its outputs. */
async function rewriteOutputs(change: (outputs: Outputs) => unknown): Promise<void> {
  const state = JSON.parse(await project.state()) as {
    deployment: { resources: { type: string; outputs: Outputs }[] };
  };
  const stack = state.deployment.resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  if (stack === undefined) {
    throw new Error("the state has no stack");
  }
  Object.assign(stack.outputs, change(stack.outputs));
  await project.write("state.json", JSON.stringify(state));
  await succeed(project.pulumi("stack", "import", "--file=state.json", "--stack=dev"));
}

function consumer(...args: string[]) {
  return project.pulumi("-C", CONSUMER, ...args);
}

test("another stack refuses one that was never deployed", async () => {
  const { exitCode, output } = await upOfConsumer();
  expect(exitCode).not.toBe(0);
  expect(output).toContain(
    'organization/slipway/dev: the output "releases" must be there, got nothing; run that stack\'s up first',
  );
});

test("another stack takes over the image of a proved release, and calls its address", async () => {
  await project.settings({ services: { shop } });
  await succeed(project.up());
  const outputs = await project.outputs<Outputs>();
  expect(faultsOf(outputs)).toEqual([]);
  const { pods, digest: released } = outputs.releases.shop;
  expect(pods.flatMap((pod) => Object.entries(pod)).filter(([, value]) => value === null)).toEqual(
    [],
  );
  expect(outputs.history.shop).toMatchObject([{ digest: released, verdict: "ready" }]);

  await succeed(upOfConsumer());
  const { output } = await succeed(consumer("stack", "output", "--json", "--stack=dev"));
  const { image, digest } = outputs.releases.shop;
  expect(JSON.parse(output)).toEqual({ image, digest, url: outputs.endpoints.shop.address });
});

test.each([
  [
    "of another version",
    ({ releases }: Outputs) => ({ releases: { shop: { ...releases.shop, version: 2 } } }),
    "organization/slipway/dev: releases.shop.version must be 1, got 2; read what changed in docs/outputs.md",
  ],
  [
    "without the service",
    ({ releases }: Outputs) => ({ releases: { web: releases.shop } }),
    "organization/slipway/dev: releases.shop must be there, got nothing; that stack has web",
  ],
])("another stack refuses outputs %s, and changes nothing", async (_, change, message) => {
  const { releases } = await project.outputs<Outputs>();
  await rewriteOutputs(change);
  const { exitCode, output } = await upOfConsumer();
  expect(exitCode).not.toBe(0);
  expect(output).toContain(message);
  expect(output).not.toMatch(/^ +at /m);
  await rewriteOutputs(() => ({ releases }));
  await succeed(upOfConsumer());
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
  expect((await upOfConsumer()).exitCode).not.toBe(0);
});
