// Proves that a refresh sees what somebody did by hand; without one Pulumi compares with its own state, and Slipway looks only whether a Deployment exists.
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, NAMESPACE } from "../../testbed/kinds.ts";
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

test("an up that changes nothing fails where a Deployment or the namespace is gone, and names what creates it again", async () => {
  const deployment = { ...DEPLOYMENT, metadata: { name: "shop", namespace: project.namespace } };
  const namespace = { ...NAMESPACE, metadata: { name: project.namespace } };
  for (const [object, reason] of [
    [deployment, "deployment-missing"],
    [namespace, "namespace-missing"],
  ] as const) {
    await cluster.delete(object);
    while ((await cluster.find(DEPLOYMENT, project.namespace, "shop")) !== undefined) {}
    while (
      (await cluster.find(NAMESPACE, undefined, project.namespace))?.status?.phase === "Terminating"
    ) {}
    const preview = await succeed(project.pulumi("preview", "--stack=dev"));
    expect(preview.output).toMatch(/shop does not exist any more, .*run pulumi up --refresh/);

    const { exitCode, output } = await project.up();
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(new RegExp(`shop: ${reason} after `));
    expect(output).toContain("next: pulumi up --refresh");
    expect(await release()).toMatchObject({ verdict: "failed", reason });

    await succeed(project.up("--refresh"));
    expect(await release()).toMatchObject({ verdict: "ready" });
  }
});
