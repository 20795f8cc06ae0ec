// The platform has no ingress controller: this proves what Slipway says of an Ingress that nobody serves, not one that works.
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { cluster } from "../../testbed/cluster.ts";
import { INGRESS } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

let project: Project;
beforeAll(async () => {
  project = await Project.create("ingress");
});
afterAll(() => project.dispose());

test("an Ingress that no controller serves fails the release by name, and is proved without an address when told so", async () => {
  const ingress = { host: "shop.example.com", class: "nobody" };
  await project.settings({ services: { shop: { ...shop, deadlineSeconds: 10, ingress } } });
  const failed = await project.up();
  expect(failed.exitCode).not.toBe(0);
  expect(failed.output).toMatch(/ingress-no-address/);
  expect(failed.output).toMatch(/nobody/);

  await project.settings({
    services: {
      shop: { ...shop, deadlineSeconds: 10, ingress: { ...ingress, awaitAddress: false } },
    },
  });
  await succeed(project.up());
  const { releases, endpoints } = await project.outputs<{
    releases: Record<string, ReleaseRecord>;
    endpoints: Record<string, { public: string | null }>;
  }>();
  expect(releases["shop"]?.verdict).toBe("ready");
  expect(endpoints["shop"]?.public).toBe("http://shop.example.com/");
  expect((await cluster.get(INGRESS, project.namespace, "shop")).spec?.ingressClassName).toBe(
    "nobody",
  );
});
