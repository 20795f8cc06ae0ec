// Proves the pack's rules, and that the engine starts it as a program; it cannot prove the start of the folder by Pulumi's own Node.js language host, which this machine may not have.
import { join } from "node:path";

import { Program } from "../../testbed/program.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { CHECKOUT } from "../support/stack-config.ts";
import { succeed } from "../../testbed/succeed.ts";

const PACK = join(CHECKOUT, "policy/slipway-policy");

let program: Program;
let project: Project;

beforeAll(async () => {
  program = await Program.create("policy");
  project = await Project.create("policy");
});
afterAll(async () => {
  await program.dispose();
  await project.dispose();
});

test("a preview of what is forbidden fails, and names each of it", async () => {
  await program.write(`
    const metadata = { name: "it", namespace };
    const account = { "kubernetes.io/service-account.name": "default" };
    new k8s.core.v1.Secret("token", {
      metadata: { ...metadata, name: "token", annotations: account },
      type: "kubernetes.io/service-account-token",
    }, on);
    new k8s.core.v1.Secret("plain", { metadata, stringData: { KEY: "m4rk-in-clear" } }, on);
    new k8s.rbac.v1.Role("all", {
      metadata,
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["*"] }],
    }, on);
    new k8s.apps.v1.Deployment("tag", {
      metadata,
      spec: {
        selector: { matchLabels: { app: "it" } },
        template: {
          metadata: { labels: { app: "it" } },
          spec: { containers: [{ name: "main", image: "registry.example.com/it:1" }] },
        },
      },
    }, on);`);
  const { exitCode, output } = await program.preview(`--policy-pack=${PACK}`);
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/Secret token: got type kubernetes\.io\/service-account-token/);
  expect(output).toMatch(/Secret plain: got values of KEY/);
  expect(output).toMatch(/Role all: rules\[0\]\.verbs: got "\*"/);
  expect(output).toMatch(
    /Deployment tag: container main: got image "registry\.example\.com\/it:1"/,
  );
  expect(output).not.toContain("m4rk-in-clear");
});

test("a stack of Slipway's, credentials and all, breaks none of its rules", async () => {
  await project.settings({
    credentials: { session: { keys: { KEY: { random: { length: 40 } } } } },
    services: { shop: { ...shop, replicas: 1, credentials: ["session"] } },
  });
  const { output } = await succeed(project.up(`--policy-pack=${PACK}`));
  expect(output).toContain("slipway");
  expect(output).not.toMatch(/violat|can't run policy/i);
});
