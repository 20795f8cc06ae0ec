// Proves that a refresh sees what somebody did by hand; without a refresh Pulumi compares with its own state only.
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

let project: Project;
beforeAll(async () => {
  project = await Project.create("drift");
  await project.settings({ services: { shop } });
  await succeed(project.up());
});
afterAll(() => project.dispose());

const release = async (): Promise<ReleaseRecord | undefined> =>
  (await project.outputs<{ releases: Record<string, ReleaseRecord> }>()).releases["shop"];

test("a Deployment that somebody scaled is shown by refresh and put back by the next up", async () => {
  await cluster.patch({
    ...DEPLOYMENT,
    metadata: { name: "shop", namespace: project.namespace },
    spec: { replicas: 1 },
  });

  const refreshed = await succeed(
    project.pulumi("refresh", "--yes", "--skip-preview", "--diff", "--stack=dev"),
  );
  expect(refreshed.output).toMatch(/replicas\s*: 2 => 1/);

  await succeed(project.up());
  expect((await cluster.get(DEPLOYMENT, project.namespace, "shop")).spec?.replicas).toBe(2);
  expect(await release()).toMatchObject({ verdict: "ready" });
  expect((await release())?.pods).toHaveLength(2);
});

test("a Deployment that somebody deleted is reported by refresh and made again by the next up", async () => {
  await cluster.delete({ ...DEPLOYMENT, metadata: { name: "shop", namespace: project.namespace } });

  const refreshed = await succeed(
    project.pulumi("refresh", "--yes", "--skip-preview", "--stack=dev"),
  );
  expect(refreshed.output).toMatch(/shop: deployment-missing/);

  await succeed(project.up());
  expect(await release()).toMatchObject({ verdict: "ready" });
});
