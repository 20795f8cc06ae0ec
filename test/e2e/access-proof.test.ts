// Proves what the provider makes of a real API server's reviews; that an `up` of the lanes ends by it is the lanes' own story.
import { randomUUID } from "node:crypto";

import { forbiddenRights } from "../../components/lanes/forbidden-rights.ts";
import type { IdentityAccess } from "../../contract/access-proof.ts";
import { KubeconfigApi } from "../../provider/cluster/api.ts";
import { SlipwayProvider } from "../../provider/slipway.ts";
import type { Subject } from "../../wire/plugin.ts";
import type { Right } from "../../rights.ts";
import { environment } from "../../tools/platform/environment.ts";
import { createAccount, kubeconfigOfAccount } from "../support/account.ts";
import { cluster, kubeConfig } from "../../testbed/cluster.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { NAMESPACE } from "../../testbed/kinds.ts";
import { RESOURCES } from "../../contract/tokens.ts";

const namespace = `slipway-access-${randomUUID().slice(0, 8)}`;
const account = { namespace, name: "deployer" };
const user = `system:serviceaccount:${namespace}:deployer`;

const LIST: Right = { verb: "list", group: "", resource: "pods", namespace };
const LOG: Right = { verb: "get", group: "", resource: "pods", subresource: "log", namespace };
const OWN: Right = { verb: "get", group: "", resource: "secrets", name: "payment", namespace };
const identity = (needed: readonly Right[]): IdentityAccess => ({
  user,
  needed,
  forbidden: forbiddenRights({ namespaces: [namespace, "default"], needed }),
});

const warnings: string[] = [];
const ignore = () => undefined;
const subject: Subject = {
  urn: "urn",
  type: RESOURCES.AccessProof,
  name: "lanes",
  log: { info: ignore, error: ignore, status: ignore, warn: (text) => warnings.push(text) },
};

beforeAll(async () => {
  await cluster.create({ ...NAMESPACE, metadata: { name: namespace } });
  await createAccount(account, [
    { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
    { apiGroups: [""], resources: ["secrets"], resourceNames: ["payment"], verbs: ["get"] },
  ]);
});
afterAll(async () => {
  await cluster.delete({ ...NAMESPACE, metadata: { name: namespace } });
  removeFolders();
});

function providerOf(kubeconfig: string): SlipwayProvider {
  const provider = new SlipwayProvider();
  provider.configure({ kubeconfig, context: kubeConfig().getCurrentContext() });
  return provider;
}

async function prove(kubeconfig: string, identities: readonly IdentityAccess[]) {
  const provider = providerOf(kubeconfig);
  return provider.create(subject, { inputs: { identities }, preview: false, timeoutSeconds: 0 });
}

const administrator = () => environment().SLIPWAY_KUBECONFIG;

test("an account with what it is for, and no more, is proved, most of it by its own rules", async () => {
  const proved = identity([LIST, OWN]);
  const post = jest.spyOn(KubeconfigApi.prototype, "post");
  const { outputs } = await prove(administrator(), [proved]);
  const reviews = post.mock.calls.filter(([path]) => path.endsWith("/subjectaccessreviews"));
  post.mockRestore();
  expect(reviews.length).toBeLessThan(20);
  const denied = proved.forbidden.length;
  expect(outputs).toMatchObject({ proved: true, allowed: 2, denied, faults: [] });
  expect(denied).toBeGreaterThan(100);
});

test("a right that is missing is told with one that somebody else has bound, and by what", async () => {
  const apiGroup = "rbac.authorization.k8s.io";
  const rbac = { apiVersion: `${apiGroup}/v1`, metadata: { namespace, name: "readers" } };
  const rules = [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "list"] }];
  const subjects = [{ kind: "Group", apiGroup, name: `system:serviceaccounts:${namespace}` }];
  await cluster.create({ ...rbac, kind: "Role", rules });
  const roleRef = { apiGroup, kind: "Role", name: "readers" };
  await cluster.create({ ...rbac, kind: "RoleBinding", roleRef, subjects });
  const words = prove(administrator(), [identity([LIST, LOG])]).then(
    () => "",
    (error: unknown) => String(error),
  );
  const rows = (await words).split("\n").map((row) => row.trim().split(/ {2,}/));
  expect(rows[0]).toEqual([
    "PartialFailure: access proof lanes: rights that are missing: 1, that are too many: 2",
  ]);
  const because = `RBAC: allowed by RoleBinding "readers/${namespace}" of Role "readers" to Group "system:serviceaccounts:${namespace}"`;
  expect(rows).toContainEqual([user, "get", "pods/log", namespace, "allowed", "denied"]);
  expect(rows).toContainEqual([
    user,
    "get,list",
    "secrets",
    namespace,
    "denied",
    "allowed",
    because,
  ]);
});

test("a right that an aggregated role gives to all identities, or to all accounts, is found", async () => {
  const apiGroup = "rbac.authorization.k8s.io";
  const rbac = { apiVersion: `${apiGroup}/v1` };
  const label = { [`${namespace}.example.com/part`]: "true" };
  const rules = [{ apiGroups: ["batch"], resources: ["cronjobs"], verbs: ["create"] }];
  const whole = { ...rbac, kind: "ClusterRole", metadata: { name: `${namespace}-whole` } };
  const part = { ...whole, metadata: { name: `${namespace}-part`, labels: label }, rules };
  const roleRef = { apiGroup, kind: "ClusterRole", name: whole.metadata.name };
  await cluster.create(part);
  try {
    await cluster.create({
      ...whole,
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: label }] },
    });
    for (const group of ["system:authenticated", "system:serviceaccounts"]) {
      const metadata = { namespace, name: "everybody" };
      const binding = { ...rbac, kind: "RoleBinding", metadata };
      const subjects = [{ kind: "Group", apiGroup, name: group }];
      await cluster.create({ ...binding, roleRef, subjects });
      const because = `RBAC: allowed by RoleBinding "everybody/${namespace}" of ClusterRole "${whole.metadata.name}" to Group "${group}"`;
      await expect(found()).resolves.toEqual([because]);
      await cluster.delete(binding);
    }
  } finally {
    await cluster.delete(part);
    await cluster.delete(whole).catch(ignore);
    warnings.length = 0;
  }
});

/** Why CronJobs are found allowed, once they are: the aggregate takes its controller a moment. */
async function found(): Promise<unknown> {
  const end = performance.now() + 20_000;
  for (;;) {
    const right = { verb: "create", group: "batch", resource: "cronjobs", namespace } as const;
    const inputs = { identities: [{ user, needed: [], forbidden: [right] }] };
    const read = await providerOf(administrator()).read(subject, {
      id: "lanes",
      inputs,
      outputs: {},
    });
    const faults = read?.outputs["faults"] as readonly { readonly reason?: string }[];
    if (faults.length > 0 || performance.now() > end) {
      return faults.map(({ reason }) => reason);
    }
  }
}

test("the account itself may not ask: it keeps what is stored, and is told whom a change takes", async () => {
  const config = await kubeconfigOfAccount(account);
  const kubeconfig = `${folderWith({ config })}/config`;
  await expect(prove(kubeconfig, [identity([LIST])])).rejects.toThrow(
    /this identity may not create subjectaccessreviews.*needs an administrator's pulumi up$/,
  );
  const stored = { proved: true, allowed: 1, denied: 1, faults: [], provedAt: "2026-01-01" };
  const inputs = { identities: [identity([LIST])] };
  const args = { id: "lanes", inputs, outputs: stored };
  expect(await providerOf(kubeconfig).read(subject, args)).toEqual({
    id: "lanes",
    outputs: stored,
  });
  expect(warnings).toEqual([expect.stringContaining("the result of 2026-01-01 is kept")]);
});
