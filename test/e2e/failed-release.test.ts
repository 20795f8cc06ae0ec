// Proves a failure at the progress deadline; each other way to fail has rules of its own under test/unit.
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { Client } from "../support/client.ts";
import { cluster } from "../../testbed/cluster.ts";
import { POD } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

interface Outputs {
  readonly releases: Readonly<Record<string, ReleaseRecord>>;
  readonly endpoints: Readonly<Record<string, { address: string }>>;
}

let project: Project;
beforeAll(async () => {
  project = await Project.create("failed");
});
afterAll(() => project.dispose());

test("a release that never gets ready fails with its reason, the old pods serve on, and a fix is green", async () => {
  await project.settings({ services: { shop } });
  await succeed(project.up());
  const before = await project.outputs<Outputs>();
  const client = await Client.start(project.namespace, before.endpoints["shop"]?.address ?? "");

  await project.settings({
    services: { shop: { ...shop, deadlineSeconds: 10, env: { FAULT_NEVER_READY: "true" } } },
  });
  const failed = await project.up();
  const { failures } = await client.stop();

  expect(failed.exitCode).not.toBe(0);
  expect(failed.output).toMatch(/shop: [a-z-]+ after \d+ s/);
  expect(failed.output).toMatch(/\/readyz|Readiness probe failed/);
  expect(failed.output).not.toMatch(/^\s+at .*\.ts:\d+/m);
  expect(failures).toEqual([]);
  const serving = (
    await cluster.list(POD, project.namespace, "app.kubernetes.io/name=shop")
  ).filter(isReady);
  expect(serving.map(({ metadata }) => metadata?.name).sort()).toEqual(
    before.releases["shop"]?.pods.map(({ name }) => name).sort(),
  );

  const again = await project.up();
  expect(again.exitCode).not.toBe(0);

  await project.settings({ services: { shop } });
  await succeed(project.up());
  const after = await project.outputs<Outputs>();
  expect(after.releases["shop"]).toMatchObject({
    verdict: "ready",
    digest: before.releases["shop"]?.digest,
  });
});

function isReady(pod: {
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}): boolean {
  return (
    pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ??
    false
  );
}
