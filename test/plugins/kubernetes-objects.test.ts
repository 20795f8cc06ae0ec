// Runs against whichever Kubernetes plugin is installed; proves what the API server ends up with.
import type { V1ConfigMap, V1Secret } from "@kubernetes/client-node";
import { cluster } from "../../testbed/cluster.ts";
import type { Kind } from "../../testbed/kinds.ts";
import { Program } from "../../testbed/program.ts";
import { kubernetesPlugin } from "../support/kubernetes-plugin.ts";

const CONFIG_MAP: Kind<V1ConfigMap> = { apiVersion: "v1", kind: "ConfigMap" };
const SECRET: Kind<V1Secret> = { apiVersion: "v1", kind: "Secret" };

let program: Program;
beforeAll(async () => {
  program = await Program.create("objects");
  await program.createNamespace();
});
afterAll(async () => {
  await program.dispose();
  await program.deleteNamespace();
});

test("an object without a name gets one that stays, and a change of contents makes a new one beside it", async () => {
  const declare = (value: string) => `
    const map = new k8s.core.v1.ConfigMap("settings", { metadata: { namespace }, data: { a: "${value}" } }, on);
    module.exports = { name: map.metadata.name, id: map.id, uid: map.metadata.uid };
  `;
  await program.upWith(declare("1"));
  const first = await program.outputs<Record<string, string>>();
  expect(first["name"]).toMatch(/^settings-[0-9a-f]{8}$/);
  expect(first["id"]).toBe(`${program.namespace}/${first["name"] ?? ""}`);

  await program.must("up", "--yes", "--skip-preview", "--expect-no-changes");

  await program.upWith(declare("2"));
  const second = await program.outputs<Record<string, string>>();
  expect(second["name"]).not.toBe(first["name"]);
  expect(await cluster.find(CONFIG_MAP, program.namespace, first["name"] ?? "")).toBeUndefined();
  const map = await cluster.get(CONFIG_MAP, program.namespace, second["name"] ?? "");
  expect(map.data).toEqual({ a: "2" });
});

test("a Secret's contents are encrypted in the state, and come back to who asks for the object", async () => {
  const text = (value: string) => `
    const secret = new k8s.core.v1.Secret("login", { metadata: { name: "login", namespace }, stringData: { password: pulumi.secret("${value}") } }, on);
    // Nothing but the input's mark says that this output is a secret.
    new k8s.core.v1.ConfigMap("map", { metadata: { name: "map-of-secrets", namespace }, data: { a: pulumi.secret("${value}") } }, on);
    const read = k8s.core.v1.Secret.get("read", secret.id, on);
    module.exports = { data: read.data };
  `;
  await program.upWith(text("hunter2-is-long"));
  const state = await program.state();
  const encoded = Buffer.from("hunter2-is-long").toString("base64");
  expect(state).not.toContain("hunter2-is-long");
  expect(state).not.toContain(encoded);
  expect((await cluster.get(CONFIG_MAP, program.namespace, "map-of-secrets")).data).toEqual({
    a: "hunter2-is-long",
  });
  expect(await program.outputs()).toEqual({ data: { password: encoded } });

  // What was read without inputs may get them: the official plugin writes those of the object.
  expect(await program.must("refresh", "--yes")).not.toMatch(/ (login|map) updated/);
  await program.must("refresh", "--yes", "--expect-no-changes");
  expect(await program.state()).not.toContain(encoded);
  await program.write(text("another-password"));
  const { output } = await program.preview();
  expect(output).toMatch(/core\/v1:Secret: \(replace\)/);
  expect(output).not.toContain("another-password");
  expect((await cluster.get(SECRET, program.namespace, "login")).data).toEqual({
    password: encoded,
  });
});

test("contents change in place where the provider says that they may", async () => {
  const declare = (value: string) => `
    const mutable = new k8s.Provider("mutable", {
      kubeconfig: process.env.SLIPWAY_KUBECONFIG, enableConfigMapMutable: true, enableSecretMutable: true, namespace,
    });
    const opts = { provider: mutable };
    new k8s.core.v1.ConfigMap("map", { metadata: { name: "map" }, data: { a: "${value}" } }, opts);
    const secret = new k8s.core.v1.Secret("login", { metadata: { name: "login" }, stringData: { a: "${value}" } }, opts);
    module.exports = { uid: secret.metadata.uid };
  `;
  await program.upWith(declare("1"));
  const first = await program.outputs();
  await program.upWith(declare("2"));
  expect(await program.outputs()).toEqual(first);
  expect((await cluster.get(CONFIG_MAP, program.namespace, "map")).data).toEqual({ a: "2" });
  expect((await cluster.get(SECRET, program.namespace, "login")).data).toEqual({ a: "Mg==" });
});

test("an object that is there already is an error that names it, at up and not at preview, or is taken over before 4.29", async () => {
  const metadata = { name: "taken", namespace: program.namespace };
  await cluster.create({ ...CONFIG_MAP, metadata });
  await program.write(
    `new k8s.core.v1.ConfigMap("taken", { metadata: { name: "taken", namespace }, data: { a: "1" } }, on);`,
  );

  expect((await program.preview()).exitCode).toBe(0);
  const { exitCode, output } = await program.up();
  const { createsClientSide } = await kubernetesPlugin();
  expect(exitCode !== 0).toBe(createsClientSide);
  expect(/configmaps "taken" already exists/.test(output)).toBe(createsClientSide);
  const { data } = await cluster.get(CONFIG_MAP, program.namespace, "taken");
  expect(data).toEqual(createsClientSide ? undefined : { a: "1" });
});

test("a preview asks the server, also for what comes to a namespace that is not there yet", async () => {
  const declare = (namespace: string, port: string) => `
    new k8s.core.v1.Service("service", { metadata: { name: "service", namespace: "${namespace}" }, spec: { ports: [{ port: ${port} }], selector: { a: "b" } } }, on);
  `;
  await program.write(declare("comes-later", "80"));
  expect((await program.preview()).exitCode).toBe(0);

  await program.write(declare(program.namespace, "-1"));
  const { exitCode, output } = await program.preview();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/spec\.ports\[0\]\.port: Invalid value: -1/);
});

test("a custom resource is applied in the run that defines its kind", async () => {
  const group = `${program.namespace}.example.com`;
  await program.upWith(`
    const schema = { openAPIV3Schema: { type: "object", x_kubernetes_preserve_unknown_fields: true } };
    const definition = new k8s.apiextensions.v1.CustomResourceDefinition("definition", {
      metadata: { name: "ships.${group}" },
      spec: {
        group: "${group}", scope: "Namespaced", names: { plural: "ships", singular: "ship", kind: "Ship", listKind: "ShipList" },
        versions: [{ name: "v1", served: true, storage: true, schema }],
      },
    }, on);
    const ship = new k8s.apiextensions.CustomResource("ship", {
      apiVersion: "${group}/v1", kind: "Ship", metadata: { name: "ship", namespace }, spec: { masts: 3 },
    }, { ...on, dependsOn: definition });
    module.exports = { id: ship.id };
  `);
  expect(await program.outputs()).toEqual({ id: `${program.namespace}/ship` });
  const ship = await cluster.get(
    { apiVersion: `${group}/v1`, kind: "Ship" },
    program.namespace,
    "ship",
  );
  expect(ship).toMatchObject({ spec: { masts: 3 } });
});
