// Proves that requests inside the cluster survive an update; it cannot prove the same of an ingress controller.
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { Client } from "../support/client.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

interface Outputs {
  readonly releases: Readonly<Record<string, ReleaseRecord>>;
  readonly endpoints: Readonly<Record<string, { address: string }>>;
}

let project: Project;
beforeAll(async () => {
  project = await Project.create("update");
  await project.settings({ services: { shop: { ...shop, drainSeconds: 5 } } });
  await project.commit("settings");
});
afterAll(() => project.dispose());

test("changed source becomes a new digest, and no request fails while the pods are replaced", async () => {
  await succeed(project.up());
  const before = await project.outputs<Outputs>();
  const client = await Client.start(project.namespace, before.endpoints["shop"]?.address ?? "");

  const manifest = "example/shop/package.json";
  const source = await project.read(manifest);
  await project.write(manifest, source.replace(/"version": ".*"/, '"version": "99.0.0"'));
  await project.commit("a new version");
  const update = project.up();
  await update;
  const { ok, failures } = await client.stop();

  await succeed(update);
  const after = await project.outputs<Outputs>();
  expect(after.releases["shop"]?.digest).not.toBe(before.releases["shop"]?.digest);
  expect(after.releases["shop"]?.previous?.digest).toBe(before.releases["shop"]?.digest);
  expect(after.releases["shop"]?.verdict).toBe("ready");
  expect(ok).toBeGreaterThan(10);
  expect(failures).toEqual([]);
});
