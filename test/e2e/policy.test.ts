// Proves the pack's rules in the engine; it cannot prove the start of a pack by Pulumi's own Node.js language host, which this machine may not have: a script of the test stands in for it.
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { Program } from "../../testbed/program.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { CHECKOUT } from "../support/stack-config.ts";
import { succeed } from "../../testbed/succeed.ts";

/** The engine starts the packs of a runtime that it has no language host for by a program with its name. */
const RUNTIME = "story";
const STARTER = `#!/bin/sh
cd "${join(CHECKOUT, "policy")}"
exec node "${CHECKOUT}/node_modules/@pulumi/pulumi/cmd/run-policy-pack" "$@"
`;
const path = process.env["PATH"] ?? "";

let pack: string;
let program: Program;
let project: Project;

beforeAll(async () => {
  pack = await mkdtemp(join(tmpdir(), "slipway-policy-"));
  await writeFile(join(pack, "PulumiPolicy.yaml"), `runtime: ${RUNTIME}\n`);
  const starter = join(pack, `pulumi-analyzer-policy-${RUNTIME}`);
  await writeFile(starter, STARTER);
  await chmod(starter, 0o755);
  process.env["PATH"] = [pack, path].join(delimiter);
  program = await Program.create("policy");
  project = await Project.create("policy");
});
afterAll(async () => {
  await program.dispose();
  await project.dispose();
  process.env["PATH"] = path;
  await rm(pack, { recursive: true });
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
  const { exitCode, output } = await program.preview(`--policy-pack=${pack}`);
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
  const { output } = await succeed(project.up(`--policy-pack=${pack}`));
  expect(output).toContain("slipway");
  expect(output).not.toMatch(/violat|can't run policy/i);
});
