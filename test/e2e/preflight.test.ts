// Proves with a real account that missing rights are told at once, and that the remedy is one, and what a wait says of an account
// that is deleted in its middle; the words of each case are for test/unit/provider-preflight and provider-credentials.test.ts.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { type ApiException, CoreV1Api, KubeConfig } from "@kubernetes/client-node";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { createAccount, kubeconfigOfAccount } from "../support/account.ts";
import { ConnectProxy } from "../support/connect-proxy.ts";
import { cluster, kubeConfig } from "../../testbed/cluster.ts";
import { DEPLOYMENT } from "../../testbed/kinds.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

const SLOW = "FAULT_READY_AFTER_SECONDS";
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

async function deploy(env: Readonly<Record<string, string>>, more = {}) {
  const cluster = { kubeconfig: "${LANE_KUBECONFIG}" };
  await project.settings({ cluster, services: { shop: { ...shop, ...more, env } } });
  return project.up();
}

async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  for (let rest = 300; !(await condition()); rest -= 1) {
    if (rest === 0) {
      throw new Error("still not so after 30 s");
    }
    await sleep(100);
  }
}

/** What the API server answers to an identity. */
async function statusOf(config: KubeConfig): Promise<number> {
  try {
    await config.makeApiClient(CoreV1Api).listNamespacedPod({ namespace: project.namespace });
    return 200;
  } catch (error) {
    return (error as ApiException<unknown>).code;
  }
}

const account = () => ({ namespace: project.namespace, name: "deployer" });

test("an account that lacks two rights is told both in a table, and gets on after the remedy", async () => {
  await createAccount(account(), RULES);
  await become(await kubeconfigOfAccount(account()));

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

test("an account that is deleted in the middle of the wait is named, with what is known of the release", async () => {
  const { host } = new URL(kubeConfig().getCurrentCluster()?.server ?? "");
  const proxy = await ConnectProxy.start();
  const config = new KubeConfig();
  config.loadFromString(await kubeconfigOfAccount(account()));
  const proxyUrl = proxy.url();
  config.clusters = config.clusters.map((each) => ({ ...each, proxyUrl }));
  await become(config.exportConfig());
  const up = deploy({ [SLOW]: "120" }, { deadlineSeconds: 20 });
  await waitUntil(async () => {
    const { spec, status } = await cluster.get(DEPLOYMENT, project.namespace, "shop");
    const { env = [] } = spec?.template.spec?.containers[0] ?? {};
    return env.some(({ name }) => name === SLOW) && (status?.updatedReplicas ?? 0) > 0;
  });
  await cluster.delete({ apiVersion: "v1", kind: "ServiceAccount", metadata: account() });
  await waitUntil(async () => (await statusOf(config)) === 401);
  // Open watches outlive the account; this is what a load balancer does to them after a while.
  proxy.cut();

  const { exitCode, output } = await up;
  await proxy.stop();
  expect(proxy.asked).toContain(`CONNECT ${host}`);
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(
    /shop: cluster-unauthorized after \d+ s: user "\S+": the API server refuses the credentials \(401\); log in again/,
  );
  expect(output).toContain("what is applied stays, and Kubernetes continues with it");
  expect(output).toMatch(/next: kubectl --context \S+ auth whoami/);
  const { releases } = await project.outputs<{ releases: Record<string, ReleaseRecord> }>();
  expect(releases["shop"]).toMatchObject({ verdict: "failed", reason: "cluster-unauthorized" });
});
