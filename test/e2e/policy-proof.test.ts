// Proves with real tokens which policies of the lanes a proof finds in force, and who answers where one is not; that an `up` ends by it is
// the lanes' own story. It cannot prove API servers of a cluster that has several.
import { randomUUID } from "node:crypto";

import { laneProof } from "../../components/lanes/lane-proof.ts";
import { objectsOf } from "../../components/lanes/object-reference.ts";
import { planLanes } from "../../components/lanes/plan.ts";
import type { AccessProofInputs, PolicyFault } from "../../contract/access-proof.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import { SlipwayProvider } from "../../provider/slipway.ts";
import { cluster, kubeConfig } from "../../testbed/cluster.ts";
import { type Kind, type Manifest, NAMESPACE, POD } from "../../testbed/kinds.ts";
import { ensureExtras } from "../../tools/platform/additions.ts";
import { environment } from "../../tools/platform/environment.ts";
import type { Properties, Subject } from "../../wire/plugin.ts";
import { createAccount, kubeconfigOfAccount } from "../support/account.ts";
import { folderWith, removeFolders } from "../support/folder.ts";

const home = `slipway-policies-${randomUUID().slice(0, 8)}`;
const ADMISSION = "admissionregistration.k8s.io/v1";
const RBAC = "rbac.authorization.k8s.io";

const plan = planLanes({
  namespace: home,
  services: { shop: { port: 8080, ingress: { host: "shop.example.com" } } },
  credentials: {
    payment: { keys: { KEY: "" } },
    vault: { store: { name: "vault" }, keys: { KEY: { remote: { key: "payment" } } } },
  },
  sealing: { controller: { namespace: home, name: "sealed-secrets-controller" } },
  jenkins: { apiServer: { cidr: "10.0.0.1/32" }, controller: { namespace: home } },
});
const { manifests, ...rest } = { manifests: plan.lanes.map((lane) => lane.manifests), ...plan };
const objects = [...manifests, ...rest.policies, ...rest.roles, ...rest.clusterRoles].flatMap(
  objectsOf,
) as Manifest[];
const user = `system:serviceaccount:${home}:nobody`;
/** The rights of lanes have their own story. */
const inputs = {
  ...laneProof(plan),
  identities: [{ user, needed: [], forbidden: [] }],
} satisfies AccessProofInputs;
const proved = {
  proved: true,
  refused: inputs.policies?.flatMap(({ refuses }) => refuses).length,
  policyFaults: [],
};

const ignore = () => undefined;
const warnings: string[] = [];
const subject: Subject = {
  urn: "urn",
  type: RESOURCES.AccessProof,
  name: "lanes",
  log: { info: ignore, error: ignore, status: ignore, warn: (text) => warnings.push(text) },
};
const providers: SlipwayProvider[] = [];
function providerOf(kubeconfig: string): SlipwayProvider {
  const provider = new SlipwayProvider();
  providers.push(provider);
  provider.configure({ kubeconfig, context: kubeConfig().getCurrentContext() });
  return provider;
}
let admin: SlipwayProvider;
let stored: Properties;

beforeAll(async () => {
  await ensureExtras("external-secrets");
  admin = providerOf(environment().SLIPWAY_KUBECONFIG);
  await cluster.create({ ...NAMESPACE, metadata: { name: home } });
  for (const object of objects) {
    await cluster.create(object);
  }
  ({ outputs: stored } = await prove(admin));
});
afterAll(async () => {
  for (const object of [...objects].reverse()) {
    if (object.metadata.namespace === undefined) {
      await cluster.delete(object).catch(ignore);
    }
  }
  await cluster.delete({ ...NAMESPACE, metadata: { name: home } });
  for (const provider of providers) {
    provider.close();
  }
  removeFolders();
});

const prove = (provider: SlipwayProvider) =>
  provider.create(subject, { inputs, preview: false, timeoutSeconds: 0 });
const change = { id: "lanes", oldInputs: inputs, news: inputs, ignoreChanges: [] };
const diff = () => admin.diff(subject, { ...change, oldOutputs: stored });

interface Wanted {
  readonly policy: string;
  readonly tried: string;
  readonly found: RegExp;
}

/** What a refresh finds, once it finds all of this: the API server sees a change of a policy after a moment. */
async function found(wanted: readonly Wanted[]): Promise<void> {
  const end = performance.now() + 20_000;
  let faults: readonly PolicyFault[];
  const isWanted = () =>
    faults.length === wanted.length &&
    faults.every(({ tried, found }, index) => {
      const right = wanted[index];
      return tried === right?.tried && right.found.test(found);
    });
  do {
    const read = await admin.read(subject, { id: "lanes", inputs, outputs: stored });
    faults = read?.outputs["policyFaults"] as readonly PolicyFault[];
  } while (!isWanted() && performance.now() < end);
  expect(faults).toEqual(
    wanted.map((fault) => ({ ...fault, found: expect.stringMatching(fault.found) as unknown })),
  );
}

const kinds = {
  policy: { apiVersion: ADMISSION, kind: "ValidatingAdmissionPolicy" },
  binding: { apiVersion: ADMISSION, kind: "ValidatingAdmissionPolicyBinding" },
} satisfies Record<string, Kind<object>>;
const dryRun = plan.policies.find(({ policy: { metadata } }) => metadata.name.endsWith("dry-run"));
const policy = `${home}-jenkins-dry-run`;
const tried = `patch serviceaccounts default in ${home} as agent of ${home}-jenkins-preview`;
const admitted = { policy, tried, found: /^admitted$/ };

test("policies that refuse what they must are proved, and nothing is left of what was tried", async () => {
  const before = await cluster.get({ apiVersion: "v1", kind: "ServiceAccount" }, home, "default");
  const { outputs } = await prove(admin);
  expect(outputs).toMatchObject(proved);
  expect(JSON.stringify(outputs)).not.toMatch(/eyJ/);
  expect(await diff()).toEqual({ changed: [] });
  const after = await cluster.get({ apiVersion: "v1", kind: "ServiceAccount" }, home, "default");
  expect(after).toEqual(before);
  for (const { lane } of plan.lanes) {
    expect(await cluster.list(POD, lane.namespace)).toEqual([]);
  }
});

test("a binding that somebody has deleted is a change, and fails the up by its name with what to run", async () => {
  await cluster.delete({ ...kinds.binding, metadata: { name: policy } });
  try {
    await found([{ policy, tried: "binding", found: /^does not exist$/ }, admitted]);
    expect(await diff()).toEqual({ changed: ["policyFaults"] });
    const up = { ...change, oldOutputs: stored, preview: false, timeoutSeconds: 0 };
    const message = await admin.update(subject, up).then(() => "", String);
    const rows = message.split("\n").map((row) => row.trim().split(/ {2,}/));
    expect(rows.slice(0, 4)).toEqual([
      ["PartialFailure: access proof lanes: policies that are not in force as they should be: 1"],
      ["policy", "tried", "found"],
      [policy, "binding", "does not exist"],
      [policy, tried, "admitted"],
    ]);
    expect(rows[4]?.[0]).toMatch(/^remedy: run pulumi up --refresh as an administrator/);
  } finally {
    await cluster.create(dryRun?.binding as Manifest);
  }
  // It is in force after a moment.
  expect((await prove(admin)).outputs).toMatchObject(proved);
});

const never = { name: "never", expression: "false" };
const elsewhere = { namespaceSelector: { matchLabels: { slipway: "elsewhere" } } };

test.each([
  [
    "a binding that only audits",
    "binding",
    { validationActions: ["Audit"] },
    /^spec\.validationActions is \["Audit"\], not \["Deny"\]$/,
    /^admitted$/,
  ],
  [
    "a binding that matches less",
    "binding",
    { matchResources: elsewhere },
    /^spec\.matchResources is \{.*\}.*, not unset$/,
    /^admitted$/,
  ],
  [
    "a policy that lets through what it cannot evaluate",
    "policy",
    { failurePolicy: "Ignore" },
    /^spec\.failurePolicy is "Ignore", not "Fail"$/,
    undefined,
  ],
  [
    "a policy that matches less",
    "policy",
    { matchConditions: [never] },
    /^spec\.matchConditions is \[/,
    /^admitted$/,
  ],
] as const)("%s is found", async (_, part, spec, difference, answer) => {
  await cluster.patch({ ...kinds[part], metadata: { name: policy }, spec });
  try {
    const acts = answer === undefined ? [] : [{ policy, tried, found: answer }];
    await found([{ policy, tried: part, found: difference }, ...acts]);
  } finally {
    for (const [kind, manifest] of Object.entries(dryRun ?? {})) {
      await cluster.delete({ ...kinds[kind as keyof typeof kinds], metadata: { name: policy } });
      await cluster.create(manifest);
    }
  }
});

test("a refusal by somebody else is no proof: it is said who has answered", async () => {
  const launcher = { apiVersion: `${RBAC}/v1`, kind: "RoleBinding" };
  const metadata = { namespace: `${home}-jenkins-build`, name: "launcher" };
  const binding = objects.find(
    ({ kind, metadata: own }) =>
      kind === "RoleBinding" && own.namespace === metadata.namespace && own.name === metadata.name,
  );
  await cluster.delete({ ...launcher, metadata });
  try {
    await found(
      ["pods", "build"].map((name) => ({
        policy: `${home}-jenkins-${name}`,
        tried: `dry-run create pods in ${metadata.namespace} as launcher of ${metadata.namespace}`,
        found:
          /^not refused by the policy, but answered 403: pods is forbidden: User .* cannot create/,
      })),
    );
  } finally {
    await cluster.create(binding as Manifest);
  }
});

test("who may ask, but not try, is told what is missing", async () => {
  const account = { namespace: home, name: "auditor" };
  await createAccount(account, []);
  const name = `${home}-auditor`;
  const group = { apiGroup: RBAC, kind: "ClusterRole", name };
  const role = { apiVersion: `${RBAC}/v1`, kind: "ClusterRole", metadata: { name } };
  const binding = { ...role, kind: "ClusterRoleBinding" };
  const rules = [
    {
      apiGroups: ["authorization.k8s.io"],
      resources: ["subjectaccessreviews"],
      verbs: ["create"],
    },
  ];
  await cluster.create({ ...role, rules });
  await cluster.create({
    ...binding,
    roleRef: group,
    subjects: [{ kind: "ServiceAccount", ...account }],
  });
  try {
    const config = await kubeconfigOfAccount(account);
    await expect(prove(providerOf(`${folderWith({ config })}/config`))).rejects.toThrow(
      new RegExp(
        `this identity may not get validatingadmissionpolicies\\.admissionregistration\\.k8s\\.io, .*create serviceaccounts/token launcher in ${home}-jenkins-build.*; .* needs an administrator's pulumi up$`,
      ),
    );
  } finally {
    await cluster.delete(binding);
    await cluster.delete(role);
  }
});
