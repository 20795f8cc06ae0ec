// Proves what is tried, told and kept of policies against answers that a test says; that a real API server answers so is proved by
// test/e2e/policy-proof.test.ts.
import { laneProof } from "../../components/lanes/lane-proof.ts";
import { planLanes } from "../../components/lanes/plan.ts";
import type { AccessProofInputs } from "../../contract/access-proof.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import { SlipwayProvider } from "../../provider/slipway.ts";
import type { Properties, Subject } from "../../wire/plugin.ts";
import { UNKNOWN } from "../../wire/unknown.ts";
import { removeFolders } from "../support/folder.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { type Attempt, PolicyServer, refusalBy } from "../support/policy-server.ts";

const controller = { namespace: "kube-system", name: "sealed-secrets-controller" };
const delivery = {
  namespace: "store",
  services: {
    shop: {
      port: 8080,
      metrics: "/metrics",
      ingress: { host: "shop.example.com" },
      route: { parents: [{ name: "public" }], host: "shop.example.com" },
    },
  },
  credentials: {
    payment: { keys: { KEY: "" } },
    vault: { store: { name: "vault" }, keys: { KEY: { remote: { key: "payment" } } } },
  },
  sealing: { controller },
  jenkins: { apiServer: { cidr: "10.0.0.1/32" } },
};
const { policies = [] } = laneProof(planLanes(delivery));
const inputs = {
  identities: [{ user: "nobody", needed: [], forbidden: [] }],
  policies,
} satisfies AccessProofInputs;
const acts = policies.flatMap(({ refuses }) => refuses);

const DRY_RUN = "store-jenkins-dry-run";
const AGENT = "system:serviceaccount:store-jenkins-preview:agent";
const TRIED = "patch serviceaccounts default in store as agent of store-jenkins-preview";

let server: PolicyServer;
let provider: SlipwayProvider;
let warnings: string[];
let subject: Subject;

beforeEach(async () => {
  server = new PolicyServer(policies);
  provider = new SlipwayProvider();
  provider.configure({ ...kubeconfigOf(await server.start()) });
  warnings = [];
  const ignore = () => undefined;
  const log = {
    info: ignore,
    error: ignore,
    status: ignore,
    warn: (text: string) => warnings.push(text),
  };
  subject = { urn: "urn", type: RESOURCES.AccessProof, name: "lanes", log };
});
afterEach(async () => {
  provider.cancel();
  provider.close();
  await server.stop();
});
afterAll(removeFolders);

const create = () => provider.create(subject, { inputs, preview: false, timeoutSeconds: 0 });
const change = { id: "lanes", oldInputs: inputs, news: inputs, ignoreChanges: [] };
const diff = (oldOutputs: Properties) => provider.diff(subject, { ...change, oldOutputs });
const refresh = async () => {
  const read = await provider.read(subject, { id: "lanes", inputs, outputs: {} });
  return read?.outputs["policyFaults"];
};
const isReal = ({ method }: Attempt) => method === "PATCH";
/** Only the one that is no dry run is answered like this. */
const answered = (status: number, message: string) => {
  const otherwise = server.answer;
  server.answer = (attempt) => (isReal(attempt) ? { status, message } : otherwise(attempt));
};

test("each policy of the lanes has acts that it must refuse", () => {
  const tried = policies.map(({ name, refuses }) => [
    name.replace("store-jenkins-", ""),
    refuses.length,
  ]);
  expect(Object.fromEntries(tried)).toEqual({
    pods: 3,
    proxy: 1,
    "dry-run": 1,
    "preview-secrets": 1,
    build: 1,
    "deploy-annotations": 1,
    "deploy-services": 1,
    "deploy-serviceaccounts": 1,
    "deploy-deployments": 1,
    "deploy-ingresses": 1,
    "deploy-httproutes": 1,
    "deploy-podmonitors": 1,
    "deploy-prometheusrules": 1,
    "deploy-sealedsecrets": 1,
    "deploy-externalsecrets": 1,
  });
});

test("what an account has no right to is not tried: the refusal would be no policy's", () => {
  const own = planLanes({ ...delivery, services: {}, credentials: {} });
  const tried = laneProof(own).policies?.filter(({ refuses }) => refuses.length > 0);
  expect(tried?.map(({ name }) => name)).toEqual([
    "store-jenkins-pods",
    "store-jenkins-preview-secrets",
    "store-jenkins-build",
  ]);
});

test("what policies must refuse is tried as the accounts that they are about, and changes nothing", async () => {
  const { outputs } = await create();
  expect(outputs).toMatchObject({ proved: true, refused: acts.length, policyFaults: [] });
  expect(server.attempts).toHaveLength(acts.length);
  const [real, ...others] = [
    ...server.attempts.filter(isReal),
    ...server.attempts.filter((attempt) => !isReal(attempt)),
  ];
  expect(real).toEqual({
    method: "PATCH",
    path: "/api/v1/namespaces/store/serviceaccounts/default",
    body: [],
    user: AGENT,
  });
  const proxy = "/api/v1/namespaces/kube-system/services/http:sealed-secrets-controller:http/proxy";
  const requests = others.map(({ method, path, user }) => `${user} ${method} ${path}`);
  expect(requests.filter((request) => !/ POST \S+\?dryRun=All$/.test(request))).toEqual([
    `system:serviceaccount:store-jenkins-deploy:agent POST ${proxy}/slipway-access-proof`,
  ]);
  expect(requests).toEqual(
    expect.arrayContaining([
      "system:serviceaccount:store-jenkins-build:launcher POST /api/v1/namespaces/store-jenkins-build/pods?dryRun=All",
      "system:serviceaccount:store-jenkins-deploy:agent POST /apis/apps/v1/namespaces/store/deployments?dryRun=All",
    ]),
  );
});

test("a token is requested once for each account, for the shortest time, and kept nowhere", async () => {
  const { outputs } = await create();
  const accounts = new Set(acts.map(({ account }) => JSON.stringify(account)));
  expect(server.requests).toEqual(
    [...accounts].map(
      () => expect.objectContaining({ spec: { expirationSeconds: 600 } }) as unknown,
    ),
  );
  expect(JSON.stringify([outputs, warnings])).not.toContain("system:serviceaccount:store");
});

test("a policy or binding that is missing is told by its name", async () => {
  server.objects.delete(`validatingadmissionpolicybindings/${DRY_RUN}`);
  server.objects.delete("validatingadmissionpolicies/store-jenkins-build");
  expect(await refresh()).toEqual([
    { policy: DRY_RUN, tried: "binding", found: "does not exist" },
    { policy: "store-jenkins-build", tried: "policy", found: "does not exist" },
  ]);
});

test.each([
  [
    "validatingadmissionpolicies",
    "policy",
    { failurePolicy: "Ignore" },
    `spec.failurePolicy is "Ignore", not "Fail"`,
  ],
  [
    "validatingadmissionpolicies",
    "policy",
    { matchConditions: [{ name: "never", expression: "false" }] },
    `spec.matchConditions is [{"name":"never","expression":"false"}], not [{"name":"user","expression":"request.userInfo.username in [\\"system:serviceacco…`,
  ],
  [
    "validatingadmissionpolicies",
    "policy",
    { paramKind: { kind: "Missing" } },
    `spec.paramKind is {"kind":"Missing"}, not unset`,
  ],
  [
    "validatingadmissionpolicybindings",
    "binding",
    { validationActions: ["Audit"] },
    `spec.validationActions is ["Audit"], not ["Deny"]`,
  ],
])("%s that somebody has changed are told with the field", async (kind, tried, own, found) => {
  const key = `${kind}/${DRY_RUN}`;
  server.objects.set(key, { ...server.objects.get(key), ...own });
  expect(await refresh()).toEqual([{ policy: DRY_RUN, tried, found }]);
});

test("an act that is let through is told, though policy and binding are as they should be", async () => {
  answered(200, "");
  expect(await refresh()).toEqual([{ policy: DRY_RUN, tried: TRIED, found: "admitted" }]);
});

const RULE =
  "the preview lane of Jenkins may only ask what would happen (dryRun=All); deliver from the deploy lane";

test.each([
  ["rights", 403, `serviceaccounts "default" is forbidden: User "${AGENT}" cannot patch resource`],
  ["Pod Security", 403, 'pods "x" is forbidden: violates PodSecurity "restricted:latest"'],
  ["a quota", 403, 'pods "x" is forbidden: exceeded quota: agents'],
  ["a different policy", 422, refusalBy("company-wide", RULE)],
  [
    "a binding of its own",
    422,
    refusalBy(DRY_RUN, RULE).replace(`binding '${DRY_RUN}'`, "binding 'other'"),
  ],
  [
    "a webhook that claims to be the policy",
    403,
    `admission webhook "x" denied the request: ${refusalBy(DRY_RUN, RULE)}`,
  ],
  [
    "a rule that cannot be evaluated",
    422,
    refusalBy(DRY_RUN, "expression 'x' resulted in error: no such key"),
  ],
  ["nobody, for there is no object", 404, 'serviceaccounts "default" not found'],
])("a refusal by %s is no proof, and is told", async (_, status, message) => {
  answered(status, message);
  const found = `not refused by the policy, but answered ${status}: ${message}`;
  expect(await refresh()).toEqual([{ policy: DRY_RUN, tried: TRIED, found }]);
});

test("a policy that is not in force yet is tried again", async () => {
  let tries = 0;
  const otherwise = server.answer;
  server.answer = (attempt) =>
    isReal(attempt) && ++tries <= 2 ? { status: 200, message: "" } : otherwise(attempt);
  expect((await create()).outputs).toMatchObject({ proved: true, refused: acts.length });
  expect(tries).toBe(3);
});

test("a token that is taken for somebody else's is told, and tries nothing", async () => {
  server.owner = () => "admin";
  const faults = (await refresh()) as readonly { readonly found: string }[];
  expect(faults).toHaveLength(acts.length);
  expect(faults[0]?.found).toMatch(
    /answered 401: the token of system:serviceaccount:\S+:launcher is taken for admin; use a kubeconfig that reaches the API server itself/,
  );
  expect(server.attempts).toEqual([]);
});

test("an administrator's preview and up without a change look at the policies, and warn of one that is not in force", async () => {
  const { outputs } = await create();
  expect(await diff(outputs)).toEqual({ changed: [] });
  server.objects.delete(`validatingadmissionpolicybindings/${DRY_RUN}`);
  expect(await diff(outputs)).toEqual({ changed: ["policyFaults"] });
  expect(warnings).toEqual([]);
  const previewed = { ...change, oldOutputs: outputs, preview: true, timeoutSeconds: 0 };
  expect((await provider.update(subject, previewed))["proved"]).toBe(UNKNOWN);
  expect(warnings.join()).toMatch(
    /^access proof lanes: policies that are not in force as they should be: 1\n.*\n +store-jenkins-dry-run +binding +does not exist\nremedy: run pulumi up --refresh as an administrator/,
  );
});

test("a lane's preview and up without a change try nothing", async () => {
  const { outputs } = await create();
  server.lacks.add("create subjectaccessreviews");
  server.objects.clear();
  server.attempts.length = 0;
  server.requests.length = 0;
  expect(await diff(outputs)).toEqual({ changed: [] });
  expect([...server.attempts, ...server.requests]).toEqual([]);
});

test("who lacks what trying needs is told so before anything is tried", async () => {
  server.lacks.add("create serviceaccounts/token");
  await expect(create()).rejects.toThrow(
    /^access proof lanes: this identity may not create serviceaccounts\/token launcher in store-jenkins-preview, .*; changing what lanes may do needs an administrator's pulumi up$/,
  );
  expect([...server.attempts, ...server.requests]).toEqual([]);
  const kept = { provedAt: "2026-01-01" };
  expect(await provider.read(subject, { id: "lanes", inputs, outputs: kept })).toEqual({
    id: "lanes",
    outputs: kept,
  });
  expect(warnings).toEqual([expect.stringContaining("the result of 2026-01-01 is kept")]);
});

test.each([
  ["resource", "pods/shop/exec"],
  ["namespace", "../../../apis"],
  ["apiVersion", "v1/nodes/node/proxy"],
  ["apiVersion", "../v1"],
  ["account", { namespace: "kube-system", name: "../../secrets" }],
])("a state whose %s leads elsewhere is refused: %s", async (key, value) => {
  const [policy, ...others] = policies;
  const refuses = policy?.refuses.map((act) => ({ ...act, [key]: value })) ?? [];
  const forged = { ...inputs, policies: [{ ...policy, refuses }, ...others] };
  await expect(
    provider.read(subject, { id: "lanes", inputs: forged, outputs: {} }),
  ).rejects.toThrow(`policies.0.refuses.0.${key}`);
  expect(server.attempts).toEqual([]);
});
