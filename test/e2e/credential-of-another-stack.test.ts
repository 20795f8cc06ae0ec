// Proves references on one backend of files; it cannot prove another backend's permissions between stacks.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, SECRET } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

const [FIRST, SECOND] = ["m4rk-of-the-ledger", "m4rk-of-tomorrow"];
const LEDGER = "organization/ledger/prod";

let project: Project;

/** Another team's stack on the same backend. */
const ledger = (...args: string[]) => project.pulumi("--cwd=ledger", ...args);
const exports = async (program: string): Promise<void> => {
  await project.write("ledger/index.js", `const pulumi = require("@pulumi/pulumi");\n${program}`);
  await succeed(ledger("up", "--yes", "--skip-preview", "--stack=prod"));
};
const use = (stack: string, output: string) =>
  project.settings({
    credentials: { ledger: { keys: { TOKEN: { stack, output } } } },
    services: { shop: { ...shop, replicas: 1, credentials: ["ledger"] } },
  });
const token = async (): Promise<string> => {
  const { data } = await cluster.get(SECRET, project.namespace, "ledger");
  return Buffer.from(data?.["TOKEN"] ?? "", "base64").toString();
};
const generation = async () =>
  (await cluster.get(DEPLOYMENT, project.namespace, "shop")).metadata?.generation ?? 0;

beforeAll(async () => {
  project = await Project.create("other-stack");
  await mkdir(join(project.folder, "ledger"));
  const runtime = { name: "nodejs", options: { typescript: false } };
  await project.write("ledger/Pulumi.yaml", JSON.stringify({ name: "ledger", runtime }));
  await project.write("ledger/package.json", JSON.stringify({ main: "index.js" }));
  await succeed(ledger("stack", "init", "prod"));
});
afterAll(async () => {
  // Only so far as the stack is there, for a story that failed before.
  await ledger("destroy", "--yes", "--skip-preview", "--stack=prod");
  await project.dispose();
});

test("a stack that does not exist, an output that does not, and one that is no secret each end the up with one error", async () => {
  const refused = async (stack: string, output: string): Promise<string> => {
    await use(stack, output);
    const run = await project.up();
    expect(run.exitCode).not.toBe(0);
    expect(run.output).not.toMatch(/\n\s+at /);
    return run.output;
  };
  expect(await refused("organization/ledger/nowhere", "token")).toMatch(
    /StackReference \(ledger-TOKEN\):\s+error: unknown stack "organization\/ledger\/nowhere"/,
  );
  await exports(
    `exports.open = "in clear"; exports.port = pulumi.secret(80); exports.parts = pulumi.secret({ user: "a" }); exports.nothing = pulumi.secret(null);`,
  );
  expect(await refused(LEDGER, "token")).toContain(
    `output token of stack ${LEDGER}: the output does not exist; allowed: a string that is exported with pulumi.secret`,
  );
  const open = await refused(LEDGER, "open");
  expect(open).toContain(`output open of stack ${LEDGER}: it is not a secret there`);
  expect(open).not.toContain("in clear");
  for (const output of ["port", "parts", "nothing"]) {
    expect(await refused(LEDGER, output)).toContain(
      `output ${output} of stack ${LEDGER}: it is not a string`,
    );
  }
});

test("another stack's secret becomes a credential's value, follows it, and is kept nowhere in clear", async () => {
  await exports(`exports.token = pulumi.secret("${FIRST}");`);
  await use(LEDGER, "token");
  const first = await succeed(project.up());
  expect(await token()).toBe(FIRST);
  const before = await generation();
  await succeed(project.up("--expect-no-changes"));

  await exports(`exports.token = pulumi.secret("${SECOND}");`);
  const second = await succeed(project.up());
  expect(await token()).toBe(SECOND);
  expect(await generation()).toBe(before + 1);

  for (const text of [first.output, second.output, await project.stored(), await project.state()]) {
    for (const mark of [FIRST, SECOND]) {
      expect(text).not.toContain(mark);
    }
  }
});
