// Runs against whichever Kubernetes plugin is installed; proves what happens to changes of others.
import type { V1ConfigMap } from "@kubernetes/client-node";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, type Kind } from "../../testbed/kinds.ts";
import { Program } from "../../testbed/program.ts";

const CONFIG_MAP: Kind<V1ConfigMap> = { apiVersion: "v1", kind: "ConfigMap" };

let program: Program;
beforeAll(async () => {
  program = await Program.create("ownership");
  await program.createNamespace();
});
afterAll(async () => {
  await program.dispose();
  await program.deleteNamespace();
});

/** Without pods of its own, so that nothing here waits for them. */
const deployment = (
  name: string,
  spec: string,
  {
    annotations = "",
    selector = "a",
    options = "",
  }: { annotations?: string; selector?: string; options?: string } = {},
) => `
  const labels = { app: "${selector}" };
  const app = new k8s.apps.v1.Deployment("${name}", {
    metadata: { name: "${name}", namespace, annotations: { ${annotations} } },
    spec: {
      selector: { matchLabels: labels }, ${spec},
      template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 0, containers: [{ name: "app", image: process.env.SLIPWAY_BASE_IMAGE, command: ["sleep", "1000"] }] } },
    },
  }, { ...on ${options} });
  module.exports = { uid: app.metadata.uid, replicas: app.spec.replicas };
`;

test("a field that another manager took over is a conflict that names both, until it is forced", async () => {
  await program.upWith(deployment("conflict", "replicas: 0"));
  await scale("conflict", 2, "somebody-else");
  await program.write(deployment("conflict", "replicas: 1"));
  const { exitCode, output } = await program.up();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(
    /conflict with "somebody-else".*\.spec\.replicas|\.spec\.replicas.*conflict with "somebody-else"/s,
  );
  expect(output).toMatch(/managed by (field manager )?"pulumi-kubernetes-/);

  await program.upWith(
    deployment("conflict", "replicas: 0", { annotations: `"pulumi.com/patchForce": "true"` }),
  );
  expect((await cluster.get(DEPLOYMENT, program.namespace, "conflict")).spec?.replicas).toBe(0);
});

test("a patch under the plugin's own manager is no conflict, and a field that the program drops goes", async () => {
  await program.upWith(deployment("own-patch", "replicas: 0, minReadySeconds: 7"));
  const before = await cluster.get(DEPLOYMENT, program.namespace, "own-patch");
  const manager = before.metadata?.managedFields?.find((entry) =>
    entry.manager?.startsWith("pulumi-kubernetes"),
  )?.manager;
  await scale("own-patch", 2, manager ?? "");
  await program.upWith(deployment("own-patch", "replicas: 1"));
  const after = await cluster.get(DEPLOYMENT, program.namespace, "own-patch");
  expect(after.spec?.replicas).toBe(1);
  expect(after.spec?.minReadySeconds ?? 0).toBe(0);
});

test("what kubectl has written goes with the next apply, and what a controller has written stays", async () => {
  await program.upWith(deployment("by-hand", "replicas: 0"));
  await annotatePods("by-hand", "kubectl-rollout", "example.com/by-kubectl");
  await annotatePods("by-hand", "somebody-else", "example.com/by-controller");
  await program.upWith(deployment("by-hand", "replicas: 0, minReadySeconds: 3"));
  const { spec } = await cluster.get(DEPLOYMENT, program.namespace, "by-hand");
  expect(spec?.template.metadata?.annotations).toEqual({ "example.com/by-controller": "1" });
});

test("an ignored field stays as somebody else set it", async () => {
  const options = `, ignoreChanges: ["spec.replicas"]`;
  await program.upWith(deployment("ignored", "replicas: 0", { options }));
  await scale("ignored", 2, "autoscaler");
  await program.upWith(deployment("ignored", "replicas: 0, minReadySeconds: 3", { options }));
  const { spec } = await cluster.get(DEPLOYMENT, program.namespace, "ignored");
  expect([spec?.replicas, spec?.minReadySeconds]).toEqual([2, 3]);
});

test("a changed selector or name makes a new object", async () => {
  await program.upWith(deployment("selector", "replicas: 0"));
  const before = await program.outputs<{ uid: string }>();
  await program.write(deployment("selector", "replicas: 0", { selector: "b" }));
  const { output } = await program.preview();
  expect(output).toMatch(/apps\/v1:Deployment: \(replace\)/);
  await program.must("up", "--yes", "--skip-preview");
  const after = await program.outputs<{ uid: string }>();
  expect(after.uid).not.toBe(before.uid);
});

test("refresh tells drift in what the program declares, and finds what is gone", async () => {
  await program.upWith(deployment("drift", "replicas: 0"));
  await scale("drift", 2, "somebody-else");
  const refresh = await program.pulumi("refresh", "--preview-only", "--diff");
  expect(refresh.output).toMatch(/replicas *: 0 => 2/);
  expect(
    (await program.pulumi("refresh", "--preview-only", "--expect-no-changes")).exitCode,
  ).not.toBe(0);

  const metadata = { name: "drift", namespace: program.namespace };
  await cluster.delete({ apiVersion: DEPLOYMENT.apiVersion, kind: DEPLOYMENT.kind, metadata });
  await program.must("refresh", "--yes");
  await program.must("up", "--yes", "--skip-preview");
  expect((await cluster.get(DEPLOYMENT, program.namespace, "drift")).spec?.replicas).toBe(0);
});

test("what is gone already is deleted without an error", async () => {
  await program.upWith(`
      new k8s.core.v1.ConfigMap("map", { metadata: { name: "map", namespace } }, on);
  `);
  const metadata = { name: "map", namespace: program.namespace };
  await cluster.delete({ apiVersion: CONFIG_MAP.apiVersion, kind: CONFIG_MAP.kind, metadata });
  await program.upWith("");
});

test("another kubeconfig of the same cluster replaces nothing", async () => {
  const declare = (kubeconfig: string, identifier: string) => `
    const own = new k8s.Provider("own", { kubeconfig: ${kubeconfig}, clusterIdentifier: "${identifier}" });
    new k8s.core.v1.ConfigMap("map", { metadata: { name: "map", namespace } }, { provider: own });
  `;
  await program.upWith(declare("process.env.SLIPWAY_KUBECONFIG", "one"));
  await program.write(
    declare(`require("node:fs").readFileSync(process.env.SLIPWAY_KUBECONFIG, "utf8")`, "one"),
  );
  expect((await program.preview()).output).not.toMatch(/replace/);
  await program.write(declare("process.env.SLIPWAY_KUBECONFIG", "two"));
  expect((await program.preview()).output).toMatch(/core\/v1:ConfigMap: \(replace\)/);
});

async function annotatePods(name: string, fieldManager: string, key: string): Promise<void> {
  const metadata = { name, namespace: program.namespace };
  const template = { metadata: { annotations: { [key]: "1" } } };
  await cluster.patch({ ...DEPLOYMENT, metadata, spec: { template } }, fieldManager);
}

async function scale(name: string, replicas: number, fieldManager: string): Promise<void> {
  const metadata = { name, namespace: program.namespace };
  await cluster.patch({ ...DEPLOYMENT, metadata, spec: { replicas } }, fieldManager);
}
