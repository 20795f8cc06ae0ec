// Proves with a real account that missing rights are told at once, and that the remedy is one; what each case is told is
// held to its words by test/unit/provider-preflight.test.ts.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { createAccount, kubeconfigOfAccount } from "../support/account.ts";
import { kubeConfig } from "../../testbed/cluster.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

const WRITE = ["get", "list", "watch", "create", "patch", "update", "delete"];

/** What an `up` of the shop takes, but for `watch replicasets` and `list events`. */
const RULES = [
  {
    apiGroups: [""],
    resources: ["namespaces", "services", "serviceaccounts", "configmaps", "pods", "pods/log"],
    verbs: WRITE,
  },
  { apiGroups: [""], resources: ["events"], verbs: ["watch"] },
  { apiGroups: ["apps"], resources: ["deployments"], verbs: WRITE },
  { apiGroups: ["apps"], resources: ["replicasets"], verbs: ["get", "list"] },
  {
    apiGroups: ["networking.k8s.io", "policy", "discovery.k8s.io"],
    resources: ["networkpolicies", "poddisruptionbudgets", "endpointslices"],
    verbs: WRITE,
  },
];

const kubeconfig = join(folderWith({}), "kubeconfig");
let project: Project;
beforeAll(async () => {
  project = await Project.create("preflight", { env: { LANE_KUBECONFIG: kubeconfig } });
  await become(kubeConfig().exportConfig());
  await succeed(deploy({}));
});
afterAll(async () => {
  await become(kubeConfig().exportConfig());
  await project.dispose();
  removeFolders();
});

const become = (config: string) => writeFile(kubeconfig, config, { mode: 0o600 });

async function deploy(env: Readonly<Record<string, string>>) {
  const cluster = { kubeconfig: "${LANE_KUBECONFIG}" };
  await project.settings({ cluster, services: { shop: { ...shop, env } } });
  return project.up();
}

test("an account that lacks two rights is told both in a table, and gets on after the remedy", async () => {
  const account = { namespace: project.namespace, name: "deployer" };
  await createAccount(account, RULES);
  await become(await kubeconfigOfAccount(account));

  const { exitCode, output } = await deploy({ COLOUR: "green" });
  const user = `system:serviceaccount:${project.namespace}:deployer`;
  expect(exitCode).not.toBe(0);
  expect(output).toContain(
    `${user} may not watch replicasets.apps in namespace ${project.namespace}`,
  );
  const [, told = ""] = /(\n +verb +resource[^]*?\n)[^\n]*next: /.exec(output) ?? [];
  const lines = told
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/ +/).join(" "));
  expect(lines.slice(0, 3)).toEqual([
    "verb resource namespace for",
    `watch replicasets.apps ${project.namespace} verdict`,
    `list events ${project.namespace} evidence (optional)`,
  ]);
  expect(output).not.toMatch(/^\s+at .*\.ts:\d+/m);

  for (const line of lines.filter((each) => each.startsWith("kubectl "))) {
    await kubectl(line.split(" ").slice(1));
  }
  await succeed(project.up());
  const { releases } = await project.outputs<{ releases: Record<string, ReleaseRecord> }>();
  expect(releases["shop"]).toMatchObject({ verdict: "ready" });
});
