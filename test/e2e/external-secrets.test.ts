// Proves the real controller with its fake store, which has values as plain text in the cluster; it cannot prove the store of any cloud.
import { ensureExtras } from "../../tools/platform/additions.ts";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, EXTERNAL_SECRET, SECRET } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

const [FIRST, SECOND] = ["m4rk-in-the-store", "m4rk-of-tomorrow"];

let project: Project;
const values = (value: string) => [
  { key: "team/payment", value: JSON.stringify({ "api-key": value }) },
  { key: "team/registry", value },
];
const store = (value = FIRST) => ({
  apiVersion: "external-secrets.io/v1",
  kind: "ClusterSecretStore",
  metadata: { name: project.namespace },
  spec: { provider: { fake: { data: values(value) } } },
});
const fromStore = (keys: Readonly<Record<string, unknown>>) => ({
  backend: "external-secrets",
  store: { name: project.namespace, kind: "ClusterSecretStore" },
  refreshInterval: "1s",
  keys,
});
const payment = (key: string) => fromStore({ API_KEY: { remote: { key, property: "api-key" } } });
const settings = (key = "team/payment") => ({
  credentials: {
    payment: payment(key),
    ci: {
      ...fromStore({ username: "{{ deployer }}", password: { remote: { key: "team/registry" } } }),
      format: "usernamePassword",
      jenkins: { description: "deploys {{ the shop }}" },
    },
    pull: {
      ...fromStore({
        registry: "registry.example.com",
        username: "ci",
        password: { remote: { key: "team/registry" } },
      }),
      format: "dockerconfigjson",
    },
  },
  services: { shop: { ...shop, replicas: 1, credentials: ["payment"] } },
});
const dataOf = async (name: string): Promise<Record<string, string>> => {
  const { data = {} } = await cluster.get(SECRET, project.namespace, name);
  const texts = Object.entries(data).map(([key, value]) => [
    key,
    Buffer.from(value, "base64").toString(),
  ]);
  return Object.fromEntries(texts) as Record<string, string>;
};
const generation = async () =>
  (await cluster.get(DEPLOYMENT, project.namespace, "shop")).metadata?.generation ?? 0;

beforeAll(async () => {
  await ensureExtras("external-secrets");
  project = await Project.create("external");
});
afterAll(async () => {
  await cluster.delete(store());
  await project.dispose();
});

test("a store that does not exist ends the up in the controller's words within seconds, and the next up goes on", async () => {
  await project.settings(settings());
  const { exitCode, output } = await project.up();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(
    /ExternalSecret .*\/payment is not ready: .*(ClusterSecretStore|not found)/,
  );

  await cluster.create(store());
  await succeed(project.up());
});

test("what the store has becomes a Secret of every format, and is in the pods", async () => {
  expect(await dataOf("payment")).toEqual({ API_KEY: FIRST });
  expect(await dataOf("ci")).toEqual({ username: "{{ deployer }}", password: FIRST });
  const jenkins = await cluster.get(SECRET, project.namespace, "ci");
  expect(jenkins.metadata?.labels).toMatchObject({
    "jenkins.io/credentials-type": "usernamePassword",
  });
  expect(jenkins.metadata?.annotations).toMatchObject({
    "jenkins.io/credentials-description": "deploys {{ the shop }}",
  });
  const pull = await cluster.get(SECRET, project.namespace, "pull");
  expect(pull.type).toBe("kubernetes.io/dockerconfigjson");
  const auth = Buffer.from(`ci:${FIRST}`).toString("base64");
  const data = await dataOf("pull");
  expect(Object.keys(data)).toEqual([".dockerconfigjson"]);
  expect(JSON.parse(data[".dockerconfigjson"] ?? "")).toEqual({
    auths: { "registry.example.com": { username: "ci", password: FIRST, auth } },
  });
  await succeed(project.up("--expect-no-changes"));
});

test("a value that changed in the store rolls the pods at the next up, and is in no state", async () => {
  const before = await generation();
  await cluster.delete(store());
  await cluster.create(store(SECOND));
  while ((await dataOf("payment"))["API_KEY"] !== SECOND) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }

  const preview = await succeed(project.pulumi("preview", "--diff", "--stack=dev"));
  const { output } = await succeed(project.up());
  expect(await generation()).toBe(before + 1);
  await succeed(project.up("--expect-no-changes"));
  for (const text of [preview.output, output, await project.stored(), await project.state()]) {
    for (const mark of [FIRST, SECOND]) {
      expect(text).not.toContain(mark);
    }
  }
});

test("a value that the store has not fails the up by its name, and leaves the pods", async () => {
  const before = await generation();
  await project.settings(settings("team/paymnet"));
  const { exitCode, output } = await project.up();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/ExternalSecret .*\/payment is not ready: .*team\/paymnet/);
  expect(await generation()).toBe(before);

  await project.settings(settings());
  await succeed(project.up());
});

test("a credential moves to the store under another name, and the sealed one goes when no pod has it", async () => {
  const sealed = { keys: { API_KEY: { random: { length: 24 } } } };
  const services = { shop: { ...shop, replicas: 1, credentials: ["sealed"] } };
  await project.settings({ credentials: { sealed }, services });
  await succeed(project.up());

  await project.settings({
    ...settings(),
    credentials: { sealed: payment("team/payment") },
    services,
  });
  const taken = await project.up();
  expect(taken.exitCode).not.toBe(0);
  expect(taken.output).toMatch(/\/sealed is not ready: .*already owned by another SealedSecret/);

  await project.settings({
    credentials: { stored: payment("team/payment") },
    services: { shop: { ...services.shop, credentials: ["stored"] } },
  });
  await succeed(project.up());
  expect(await dataOf("stored")).toEqual({ API_KEY: SECOND });
  expect(await cluster.list(EXTERNAL_SECRET, project.namespace)).toHaveLength(1);
});
