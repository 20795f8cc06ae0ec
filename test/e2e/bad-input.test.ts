// Proves what a person reads after a mistake, through the real engine; each rule by itself is tested under test/unit.
import { cluster } from "../../testbed/cluster.ts";
import { NAMESPACE } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";

let project: Project;
beforeAll(async () => {
  project = await Project.create("bad");
});
afterAll(() => project.dispose());

test("every fault of the settings is named at once, and nothing is made", async () => {
  await project.settings({
    services: {
      shop: { ...shop, port: 99999, replicsa: 2 },
      Bad_Name: { image: "nginx:latest", port: 80 },
    },
  });
  const { exitCode, output } = await project.up();

  expect(exitCode).not.toBe(0);
  expect(output).toContain("slipway:services.shop.port");
  expect(output).toContain("99999");
  expect(output).toContain("replicsa");
  expect(output).toContain("Bad_Name");
  expect(output).toContain("nginx:latest");
  expect(output).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(await cluster.find(NAMESPACE, undefined, project.namespace)).toBeUndefined();
});

test("a build that fails ends the up with the builder's last lines", async () => {
  await project.write(
    "example/shop/Dockerfile",
    "ARG BASE\nFROM ${BASE}\nRUN echo one line before && exit 7\n",
  );
  await project.settings({ services: { shop } });
  const { exitCode, output } = await project.up();

  expect(exitCode).not.toBe(0);
  expect(output).toContain("one line before");
  expect(output).toMatch(/returned a non-zero code: 7|exit code: 7/);
  expect(output).not.toMatch(/^\s+at .*:\d+:\d+/m);
});
