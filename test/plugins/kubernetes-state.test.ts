// Runs against whichever Kubernetes plugin is installed; proves what it keeps of an object, and what it compares with that.
import type { V1ConfigMap } from "@kubernetes/client-node";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, type Kind } from "../../testbed/kinds.ts";
import { Program } from "../../testbed/program.ts";
import { kubernetesPlugin } from "../support/kubernetes-plugin.ts";

const CONFIG_MAP: Kind<V1ConfigMap> = { apiVersion: "v1", kind: "ConfigMap" };
/** By which the engine marks a secret in a state. */
const ENCRYPTED = { "4dabf18193072939515e22adb298388d": expect.any(String) as string };

interface Resource {
  readonly urn: string;
  readonly id?: string;
  readonly type: string;
  readonly inputs: Record<string, unknown>;
  readonly outputs: Record<string, unknown>;
  readonly initErrors?: readonly string[];
}

interface Step {
  readonly op: string;
  readonly newState?: { readonly type: string };
  readonly detailedDiff: Record<string, { readonly kind: string }> | null;
}

let program: Program;
beforeAll(async () => {
  program = await Program.create("state");
  await program.createNamespace();
});
afterAll(async () => {
  await program.dispose();
  await program.deleteNamespace();
});

/** Without pods of its own, so that nothing here waits for them. */
const deployment = (name: string, container: string, spec = "replicas: 0") => `
  const labels = { app: "${name}" };
  new k8s.apps.v1.Deployment("${name}", {
    metadata: { name: "${name}", namespace },
    spec: {
      selector: { matchLabels: labels }, ${spec},
      template: { metadata: { labels }, spec: { containers: [{ name: "app", image: process.env.SLIPWAY_BASE_IMAGE, ${container} }] } },
    },
  }, on);
`;

test("an object is kept with its inputs, its API's first version and its field manager, and secrets nowhere in clear", async () => {
  await program.upWith(`
    ${deployment("kept", `env: [{ name: "A", value: pulumi.secret("hunter2-is-long") }]`)}
    new k8s.core.v1.Secret("login", { metadata: { name: "login", namespace }, stringData: { a: "password-in-clear" } }, on);
  `);
  const { inputs, outputs } = await resource("kept");
  expect(outputs).toMatchObject({
    __initialApiVersion: "apps/v1",
    __fieldManager: expect.stringMatching(/^pulumi-kubernetes-[0-9a-f]{8}$/) as string,
    metadata: { managedFields: expect.arrayContaining([expect.anything()]) as unknown },
  });
  expect(withoutCiphers(outputs["__inputs"])).toEqual(withoutCiphers(inputs));
  expect(inputs).toMatchObject({ spec: { template: { spec: { containers: ENCRYPTED } } } });

  const login = await resource("login");
  expect(login.inputs).toMatchObject({ data: ENCRYPTED });
  expect(login.inputs).not.toHaveProperty("stringData");
  expect(withoutCiphers(login.outputs["__inputs"])).toEqual(withoutCiphers(login.inputs));
  const state = await program.state();
  for (const text of ["hunter2-is-long", "password-in-clear"]) {
    expect(state).not.toContain(text);
    expect(state).not.toContain(Buffer.from(text).toString("base64"));
  }
});

test("an object is created as pulumi-kubernetes and applied as its own manager from the first update on, or from the beginning before 4.29", async () => {
  const map = (value: string) =>
    `new k8s.core.v1.ConfigMap("moves", { metadata: { name: "moves", namespace, labels: { a: "${value}" } } }, on);`;
  const writers = async () => {
    const { metadata } = await cluster.get(CONFIG_MAP, program.namespace, "moves");
    return metadata?.managedFields?.map(({ operation, manager }) => `${operation} ${manager}`);
  };
  await program.upWith(map("1"));
  const applied = `Apply ${String((await resource("moves")).outputs["__fieldManager"])}`;
  const { createsClientSide } = await kubernetesPlugin();
  expect(await writers()).toEqual([createsClientSide ? "Update pulumi-kubernetes" : applied]);
  await program.upWith(map("2"));
  expect(await writers()).toEqual([applied]);
});

test("a change is told by the list that is new, and by what is new in a list", async () => {
  const changed = async (container: string) => {
    await program.write(deployment("lists", container));
    const plan = await program.must("preview", "--json");
    const { steps } = JSON.parse(plan.slice(plan.indexOf("{"))) as { steps: readonly Step[] };
    const step = steps.find(({ newState }) => newState?.type === "kubernetes:apps/v1:Deployment");
    return Object.keys(step?.detailedDiff ?? {}).map((path) =>
      path.replace("spec.template.spec.", ""),
    );
  };
  await program.upWith(deployment("lists", "env: []"));
  expect(await changed(`env: [{ name: "A", value: "1" }]`)).toEqual(["containers[0].env"]);

  await program.upWith(deployment("lists", `env: [{ name: "A", value: "1" }]`));
  const two = `{ name: "B", value: "1" }`;
  expect(await changed(`env: [{ name: "A", value: "1" }, ${two}]`)).toEqual([
    "containers[0].env[1]",
  ]);
  expect(await changed(`env: [{ name: "A", value: "2" }]`)).toEqual(["containers[0].env[0].value"]);
});

test("what the API server keeps in its own words is no change", async () => {
  const text = deployment(
    "words",
    `env: [], resources: { limits: {}, requests: { cpu: "1000m", memory: "1024Mi" } }, securityContext: { privileged: false }`,
    "replicas: 0, minReadySeconds: 0, paused: false",
  );
  await program.upWith(text);
  await program.must("up", "--yes", "--skip-preview", "--expect-no-changes");
  await program.must("refresh", "--yes", "--expect-no-changes");
  await program.must("up", "--yes", "--skip-preview", "--expect-no-changes");
});

test("an update that the API server refuses is kept in the outputs, and tried again without a change", async () => {
  await program.upWith(deployment("refused", "", "replicas: 0"));
  const { metadata } = await cluster.get(DEPLOYMENT, program.namespace, "refused");
  const name = { name: "refused", namespace: program.namespace };
  await cluster.patch({ ...DEPLOYMENT, metadata: name, spec: { replicas: 2 } }, "somebody-else");
  await program.write(deployment("refused", "", "replicas: 1"));
  for (const attempt of ["first", "second"]) {
    const { exitCode, output } = await program.up();
    expect([attempt, exitCode]).not.toEqual([attempt, 0]);
    expect(output).toMatch(/conflict with "somebody-else"/);
    const { inputs, outputs, initErrors } = await resource("refused");
    // The engine keeps the inputs of the last update that succeeded.
    expect(inputs).toMatchObject({ spec: { replicas: 0 } });
    expect(outputs).toMatchObject({ spec: { replicas: 2 }, __inputs: { spec: { replicas: 1 } } });
    expect(initErrors?.join()).toMatch(/conflict with "somebody-else"/);
  }
  expect((await cluster.get(DEPLOYMENT, program.namespace, "refused")).metadata?.uid).toBe(
    metadata?.uid,
  );
});

test("an object that is gone is an error of its update, until a refresh has seen it", async () => {
  const text = (value: string) =>
    `new k8s.core.v1.ConfigMap("gone", { metadata: { name: "gone", namespace, labels: { a: "${value}" } } }, on);`;
  await program.upWith(text("1"));
  const metadata = { name: "gone", namespace: program.namespace };
  await cluster.delete({ apiVersion: "v1", kind: "ConfigMap", metadata });
  await program.write(text("2"));
  const { exitCode, output } = await program.up();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/configmaps "gone" not found/);
  await program.must("refresh", "--yes");
  await program.upWith(text("2"));
  expect((await cluster.get(CONFIG_MAP, program.namespace, "gone")).metadata?.labels).toEqual({
    a: "2",
  });
});

test("an imported object is kept with what a program can say of it, and belongs to the program that says it", async () => {
  const metadata = { name: "imported", namespace: program.namespace };
  await cluster.create({ ...CONFIG_MAP, metadata, data: { a: "1" } });
  const { metadata: made } = await cluster.get(CONFIG_MAP, program.namespace, "imported");
  await program.upWith("k8s.core.v1; on;");
  const urn = (await resources()).find(({ type }) => type === "pulumi:providers:kubernetes")?.urn;
  await program.must(
    ...["import", "kubernetes:core/v1:ConfigMap", "imported", `${program.namespace}/imported`],
    ...["--provider", `cluster=${urn ?? ""}`, "--protect=false", "--generate-code=false", "--yes"],
  );
  const inputs = { apiVersion: "v1", kind: "ConfigMap", metadata, data: { a: "1" } };
  expect((await resource("imported")).inputs).toEqual(inputs);
  await program.upWith(
    `new k8s.core.v1.ConfigMap("imported", { metadata: { name: "imported", namespace }, data: { a: "1" } }, on);`,
    "--expect-no-changes",
  );
  const { metadata: after } = await cluster.get(CONFIG_MAP, program.namespace, "imported");
  expect(after?.uid).toBe(made?.uid);
});

test("a name that the API server would make up is refused", async () => {
  await program.write(
    `new k8s.core.v1.ConfigMap("made-up", { metadata: { generateName: "made-up-", namespace } }, on);`,
  );
  const { exitCode, output } = await program.preview();
  expect(exitCode).not.toBe(0);
  expect(output).toContain("generateName` field is not supported in Server-Side Apply mode");
});

async function resources(): Promise<readonly Resource[]> {
  const { deployment: state } = JSON.parse(await program.state()) as {
    readonly deployment: { readonly resources: readonly Resource[] };
  };
  return state.resources;
}

async function resource(name: string): Promise<Resource> {
  const found = (await resources()).find(({ id }) => id === `${program.namespace}/${name}`);
  if (found === undefined) {
    throw new Error(`the state has no ${name}`);
  }
  return found;
}

/** What is encrypted has a new ciphertext in each place. */
function withoutCiphers(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, child: unknown) =>
    key === "ciphertext" ? "" : child,
  );
}
