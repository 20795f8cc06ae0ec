// Proves services side by side in one stack; it cannot prove that network policies keep them apart.
import { cp } from "node:fs/promises";
import { join } from "node:path";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { cluster } from "../../testbed/cluster.ts";
import { POD } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

let project: Project;
beforeAll(async () => {
  project = await Project.create("two");
});
afterAll(() => project.dispose());

test("a second service is delivered by a few lines of settings, and the first one is left alone", async () => {
  await project.settings({ services: { shop } });
  await succeed(project.up());
  const before = await cluster.list(POD, project.namespace, "app.kubernetes.io/name=shop");

  await cp(join(import.meta.dirname, "../fixtures/echo"), join(project.folder, "echo"), {
    recursive: true,
  });
  const build = { context: "echo", args: { BASE: "${SLIPWAY_BASE_IMAGE}" } };
  const echo = { build, port: 9000, settleSeconds: 0 };
  await project.settings({ services: { shop, echo } });
  await succeed(project.up());
  const { releases } = await project.outputs<{ releases: Record<string, ReleaseRecord> }>();
  expect(Object.entries(releases).map(([name, { verdict }]) => [name, verdict])).toEqual([
    ["echo", "ready"],
    ["shop", "ready"],
  ]);
  const after = await cluster.list(POD, project.namespace, "app.kubernetes.io/name=shop");
  expect(after.map(({ metadata }) => metadata?.uid).sort()).toEqual(
    before.map(({ metadata }) => metadata?.uid).sort(),
  );
});
