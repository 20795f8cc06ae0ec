// Proves one service on one node; it cannot prove behaviour under node failure or a real network policy.
import { execa } from "execa";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, NAMESPACE, POD } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { environment } from "../../tools/platform/environment.ts";

interface Outputs {
  readonly releases: Readonly<Record<string, ReleaseRecord>>;
  readonly endpoints: Readonly<
    Record<string, { inCluster: string; address: string; public: string | null }>
  >;
  readonly namespace: string;
}

let project: Project;
let commit: string;
beforeAll(async () => {
  project = await Project.create("first");
  await project.settings({ services: { shop } });
  commit = await project.commit("settings");
});
afterAll(() => project.dispose());

test("the first up builds, deploys and proves a release, and says so in the stack's outputs", async () => {
  await succeed(project.up());

  const { releases, endpoints, namespace } = await project.outputs<Outputs>();
  expect(namespace).toBe(project.namespace);
  expect(endpoints["shop"]?.inCluster).toBe(`http://shop.${namespace}.svc.cluster.local`);
  expect(releases["shop"]).toMatchObject({
    version: 1,
    commit,
    dirty: false,
    verdict: "ready",
    reason: null,
    previous: null,
  });

  const pods = await cluster.list(POD, namespace, "app.kubernetes.io/name=shop");
  const digest = releases["shop"]?.digest ?? "";
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(releases["shop"]?.pods.map(({ name }) => name).sort()).toEqual(
    pods.map(({ metadata }) => metadata?.name).sort(),
  );
  for (const pod of pods) {
    expect(pod.spec?.containers[0]?.image).toBe(releases["shop"]?.image);
    // A node that knows these bytes by another digest, too, reports either.
    const running = pod.status?.containerStatuses?.[0]?.imageID ?? "";
    expect(await configuration(running)).toBe(await configuration(releases["shop"]?.image ?? ""));
  }
});

test("a second up changes nothing and builds nothing", async () => {
  const before = await cluster.get(DEPLOYMENT, project.namespace, "shop");
  await succeed(project.up("--expect-no-changes"));
  expect((await cluster.get(DEPLOYMENT, project.namespace, "shop")).metadata?.resourceVersion).toBe(
    before.metadata?.resourceVersion,
  );
});

test("a commit that leaves the build context alone builds nothing and restarts no pod", async () => {
  const before = await project.outputs<Outputs>();
  await project.write("NOTES.md", "nothing that the image holds\n");
  const later = await project.commit("notes");

  const { output } = await succeed(project.up());
  expect(output).not.toMatch(/docker:index:Image/);

  const { releases } = await project.outputs<Outputs>();
  expect(releases["shop"]).toMatchObject({
    commit: later,
    digest: before.releases["shop"]?.digest,
    verdict: "ready",
  });
  expect(releases["shop"]?.pods).toEqual(before.releases["shop"]?.pods);
});

test("destroy leaves nothing behind", async () => {
  await succeed(project.pulumi("destroy", "--yes", "--skip-preview", "--stack=dev"));
  expect(await cluster.find(NAMESPACE, undefined, project.namespace)).toBeUndefined();
});

async function configuration(image: string): Promise<string> {
  const args = ["config", "--platform", "linux/amd64", image];
  return (await execa("crane", args, { env: environment() })).stdout;
}
