// Runs against whichever Kubernetes plugin is installed; what a stack of Slipway makes of it is proved by the stories of hand-off.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { V1ConfigMap } from "@kubernetes/client-node";
import { parse } from "yaml";

import { cluster } from "../../testbed/cluster.ts";
import type { Kind } from "../../testbed/kinds.ts";
import { Program } from "../../testbed/program.ts";

const CONFIG_MAP: Kind<V1ConfigMap> = { apiVersion: "v1", kind: "ConfigMap" };

let program: Program;
let folder: string;
beforeAll(async () => {
  program = await Program.create("rendering");
  await program.createNamespace();
  folder = await mkdtemp(join(tmpdir(), "rendered-"));
});
afterAll(async () => {
  await program.dispose();
  await program.deleteNamespace();
  await rm(folder, { recursive: true, force: true });
});

/** With a provider that writes files, under the identifier that the provider for the cluster has. */
const rendered = (objects: string, identifier = "the tests' cluster") => `
  const written = new k8s.Provider("objects", {
    kubeconfig: "", clusterIdentifier: "${identifier}", renderYamlToDirectory: ${JSON.stringify(folder)},
  });
  const opts = { provider: written };
  ${objects}
`;
const applied = (objects: string) => `
  const applies = new k8s.Provider("objects", {
    kubeconfig: process.env.SLIPWAY_KUBECONFIG, clusterIdentifier: "the tests' cluster",
  });
  const opts = { provider: applies };
  ${objects}
`;
const map = (value: string) => `
  const map = new k8s.core.v1.ConfigMap("map", { metadata: { name: "map", namespace }, data: { a: "${value}" } }, opts);
  module.exports = { name: map.metadata.name, uid: map.metadata.uid };
`;

test("writes one file for each object, again when it changes, and removes it with the object, without the cluster", async () => {
  const file = join(folder, "1-manifest", `v1-configmap-${program.namespace}-map.yaml`);
  await program.upWith(
    rendered(`
      ${map("1")}
      new k8s.apiextensions.CustomResource("route", {
        apiVersion: "example.com/v1", kind: "Route", metadata: { name: "route", namespace }, spec: { b: 1, a: [] },
      }, opts);
    `),
  );
  expect(await program.outputs()).toEqual({ name: "map" });
  expect(await readdir(join(folder, "1-manifest"))).toEqual([
    `example.com_v1-route-${program.namespace}-route.yaml`,
    `v1-configmap-${program.namespace}-map.yaml`,
  ]);
  expect(await readdir(join(folder, "0-crd"))).toEqual([]);
  expect(parse(await readFile(file, "utf8"))).toEqual({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "map", namespace: program.namespace },
    data: { a: "1" },
  });
  expect(await cluster.find(CONFIG_MAP, program.namespace, "map")).toBeUndefined();

  await rm(folder, { recursive: true });
  await program.must("up", "--yes", "--skip-preview", "--expect-no-changes");
  await program.upWith(
    rendered(`new k8s.core.v1.Namespace("other", { metadata: { name: "other" } }, opts);`),
  );
  expect(await readdir(join(folder, "1-manifest"))).toEqual(["v1-namespace-default-other.yaml"]);
});

test("with the same identifier a stack changes from a cluster to files and back, and no object is replaced", async () => {
  await program.upWith(applied(map("1")));
  const uid = (await cluster.get(CONFIG_MAP, program.namespace, "map")).metadata?.uid;

  const there = await program.upWith(rendered(map("1")));
  expect(there).not.toMatch(/ConfigMap .*(created|replaced|deleted|updated)/);
  await program.upWith(rendered(map("2")));
  const live = await cluster.get(CONFIG_MAP, program.namespace, "map");
  expect(live).toMatchObject({ metadata: { uid }, data: { a: "1" } });

  await program.write(applied(map("1")));
  await program.must("up", "--yes", "--skip-preview", "--refresh", "--run-program");
  expect(await cluster.get(CONFIG_MAP, program.namespace, "map")).toMatchObject({
    metadata: { uid },
    data: { a: "1" },
  });
  expect(await program.outputs()).toEqual({ name: "map", uid });
});

test("refuses to lead to a cluster and to write files", async () => {
  await program.write(
    rendered("").replace(
      `kubeconfig: ""`,
      `kubeconfig: process.env.SLIPWAY_KUBECONFIG, context: "x"`,
    ),
  );
  const { exitCode, output } = await program.up();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/"context" arg is not compatible with "renderYamlToDirectory" arg/);
});
