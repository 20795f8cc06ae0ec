// Proves the example with the settings that the checkout has of it, on one node; it cannot prove the stack prod, whose cluster is not here.
import { cluster } from "../../testbed/cluster.ts";
import { removeFolders } from "../support/folder.ts";
import { DEPLOYMENT, POD, SECRET } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { demoSettings } from "../support/demo.ts";
import { succeed } from "../../testbed/succeed.ts";

interface Outputs {
  readonly endpoints: Readonly<Record<string, { readonly address: string }>>;
}

let project: Project;
beforeAll(async () => {
  project = await Project.create("example");
  await project.settings(demoSettings());
});
afterAll(async () => {
  removeFolders();
  await project.dispose();
});

const visit = async (address: string, cookie = "") => {
  const headers = { accept: "application/json", cookie, connection: "close" };
  const response = await fetch(address, { headers });
  const { visits } = (await response.json()) as { readonly visits?: number };
  return { visits, cookie: response.headers.get("set-cookie")?.split(";")[0] };
};

test("both pods of the example count a visitor on with the key that the stack made up", async () => {
  await succeed(project.up());
  const { endpoints } = await project.outputs<Outputs>();
  const pods = await cluster.list(POD, project.namespace, "app.kubernetes.io/name=shop");
  expect(pods).toHaveLength(2);

  const first = await visit(endpoints["shop"]?.address ?? "");
  expect(first.visits).toBe(1);
  const others = pods.map(({ status }) => `http://${status?.podIP ?? ""}:8080/`);
  for (const address of others) {
    expect((await visit(address, first.cookie)).visits).toBe(2);
  }
});

test("a key that is too short fails the up with the shop's own line, and the pods before it stay", async () => {
  const { data } = await cluster.get(SECRET, project.namespace, "session");
  const key = Buffer.from(data?.["KEY"] ?? "", "base64").toString();
  const short = { session: { keys: { KEY: { random: { length: 8 } } } } };
  await project.settings({ ...demoSettings(), credentials: short });
  const { exitCode, output } = await project.up();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(
    /SESSION_KEY_FILE must name a file with a key of at least 32 characters, got 8/,
  );
  expect(output).not.toContain(key);
  const { status } = await cluster.get(DEPLOYMENT, project.namespace, "shop");
  expect(status?.readyReplicas).toBeGreaterThan(0);

  await project.settings(demoSettings());
  await succeed(project.up());
});
