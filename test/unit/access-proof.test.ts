// Proves what is asked, told and kept against an API server in this process that allows what a test says; what a real one
// makes of roles is proved with the lanes, under test/e2e.
import type { AccessProofInputs } from "../../contract/access-proof.ts";
import { forbiddenRights } from "../../components/lanes/forbidden-rights.ts";
import { SlipwayProvider } from "../../provider/slipway.ts";
import { Cluster } from "../../provider/cluster.ts";
import { KubeconfigApi } from "../../provider/cluster/api.ts";
import { PartialFailure, type Properties, type Subject } from "../../wire/plugin.ts";
import { UNKNOWN } from "../../wire/unknown.ts";
import { type Right, rightsOfVerdict } from "../../rights.ts";
import { ApiServer, type Review } from "../support/api-server.ts";
import { removeFolders } from "../support/folder.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { RESOURCES } from "../../contract/tokens.ts";

const ASK = "create subjectaccessreviews";
const DEPLOYER = "system:serviceaccount:lane:deployer";
const LIST: Right = { verb: "list", group: "", resource: "pods", namespace: "shop" };
const PATCH: Right = { verb: "patch", group: "apps", resource: "deployments", namespace: "shop" };
const BIND: Right = { verb: "bind", group: "rbac.authorization.k8s.io", resource: "clusterroles" };
const READ: Right = { verb: "get", group: "", resource: "secrets", namespace: "shop" };

const inputs = {
  identities: [{ user: DEPLOYER, needed: [LIST, PATCH], forbidden: [BIND, READ] }],
} satisfies AccessProofInputs;

let server: ApiServer;
let cluster: Cluster;
let provider: SlipwayProvider;
let warnings: string[];
let subject: Subject;
/** `verb resource` that anybody may. */
let allowed: string[];
let reviews: Review[];

beforeEach(async () => {
  server = await ApiServer.start();
  allowed = ["list pods", "patch deployments"];
  reviews = [];
  server.allows = (review) => {
    reviews.push(review);
    const { verb = "", resource = "" } = review.resourceAttributes ?? {};
    return allowed.includes(`${verb} ${resource}`);
  };
  provider = new SlipwayProvider((config) => (cluster = new Cluster(new KubeconfigApi(config))));
  provider.configure({ ...kubeconfigOf(server.url) });
  warnings = [];
  const log = { info: ignore, error: ignore, status: ignore, warn };
  subject = { urn: "urn", type: RESOURCES.AccessProof, name: "lanes", log };
});
afterEach(async () => {
  provider.cancel();
  cluster.close();
  await server.stop();
});
afterAll(removeFolders);

function ignore(): void {
  // Not looked at.
}

function warn(message: string): void {
  warnings.push(message);
}

const create = (news: Properties = inputs) =>
  provider.create(subject, { inputs: news, preview: false, timeoutSeconds: 0 });
const read = (outputs: Properties) => provider.read(subject, { id: "lanes", inputs, outputs });
const diff = (news: Properties, oldOutputs: Properties) =>
  provider.diff(subject, { id: "lanes", oldInputs: inputs, oldOutputs, news, ignoreChanges: [] });

async function failure(run: Promise<unknown>): Promise<PartialFailure> {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof PartialFailure) {
    return error;
  }
  throw new Error(`no partial failure, but ${String(error)}`);
}

test("rights that are as they should be are counted, with when they were asked for", async () => {
  const { id, outputs } = await create();
  expect(id).toBe("lanes");
  expect(outputs).toMatchObject({ proved: true, allowed: 2, denied: 2, faults: [] });
  expect(Number.isNaN(Date.parse(String(outputs["provedAt"])))).toBe(false);
});

test("an account is asked for with its groups, a person with those that are said", async () => {
  const person = { user: "jane", groups: ["admins"], needed: [LIST], forbidden: [] };
  await create({ identities: [...inputs.identities, person] });
  expect(
    new Set(reviews.map(({ user, groups }) => `${user ?? ""} ${groups?.join() ?? ""}`)),
  ).toEqual(
    new Set([
      `${DEPLOYER} system:serviceaccounts,system:serviceaccounts:lane,system:authenticated`,
      "jane admins,system:authenticated",
    ]),
  );
  expect(reviews.map(({ resourceAttributes }) => resourceAttributes)).toContainEqual(BIND);
});

test("rights that are missing or too many fail with one table, and are kept", async () => {
  allowed = ["list pods", "bind clusterroles", "get secrets"];
  server.because = 'RBAC: allowed by RoleBinding "wide/shop"';
  const { message, outputs } = await failure(create());
  expect(message.split("\n").slice(0, -1)).toEqual([
    "access proof lanes: rights that are missing: 1, that are too many: 2",
    "  identity                             verb   resource                                namespace  wanted   found    because",
    `  ${DEPLOYER}  patch  deployments.apps                        shop       allowed  denied`,
    `  ${DEPLOYER}  bind   clusterroles.rbac.authorization.k8s.io  (cluster)  denied   allowed  ${server.because}`,
    `  ${DEPLOYER}  get    secrets                                 shop       denied   allowed  ${server.because}`,
  ]);
  expect(message).toMatch(/\nremedy: fix the roles and bindings/);
  expect(outputs).toMatchObject({ proved: false, allowed: 1, denied: 0 });
  expect(outputs["faults"]).toHaveLength(3);
});

test("verbs on the same objects share a row", async () => {
  allowed = ["list pods"];
  const watch = { ...PATCH, verb: "watch" } as const;
  const identities = [{ user: DEPLOYER, needed: [LIST, PATCH, watch], forbidden: [] }];
  expect((await failure(create({ identities }))).message).toMatch(
    /\n {2}\S+ +patch,watch +deployments\.apps +shop +allowed +denied\n/,
  );
});

test("a role that was written a moment ago is waited for", async () => {
  allowed = [];
  const { length } = [LIST, PATCH, BIND, READ];
  const allows = server.allows;
  server.allows = (review) => {
    if (reviews.length === length) {
      allowed = ["list pods", "patch deployments"];
    }
    return allows(review);
  };
  expect((await create()).outputs).toMatchObject({ proved: true });
});

test("who may not ask is told that an administrator's up is needed", async () => {
  server.faults.set(ASK, 403);
  await expect(create()).rejects.toThrow(
    "access proof lanes: this identity may not create subjectaccessreviews.authorization.k8s.io; changing what lanes may do needs an administrator's pulumi up",
  );
});

test("an API server that does not answer is told so", async () => {
  server.faults.set(ASK, 500);
  await expect(create()).rejects.toThrow(
    /^access proof lanes: the API server does not answer: .*; run/,
  );
});

describe("a refresh", () => {
  const proved = {
    proved: true,
    allowed: 2,
    denied: 2,
    refused: 0,
    faults: [],
    policyFaults: [],
    provedAt: "2026-01-01T00:00:00Z",
  };

  test("that finds the same changes nothing", async () => {
    expect(await read(proved)).toEqual({ id: "lanes", outputs: proved });
    expect(warnings).toEqual([]);
  });

  test("that finds a right too many says so, and the next up proves again", async () => {
    allowed = [...allowed, "get secrets"];
    const result = await read(proved);
    expect(result?.outputs).toMatchObject({ proved: false, allowed: 2, denied: 1 });
    expect(warnings.join()).toMatch(/too many: 1\n/);
    expect(await diff(inputs, result?.outputs ?? {})).toEqual({ changed: ["proved"] });
  });

  test("by who may not ask keeps what is stored, and says so", async () => {
    server.faults.set(ASK, 403);
    expect(await read(proved)).toEqual({ id: "lanes", outputs: proved });
    expect(warnings).toEqual([expect.stringMatching(/the result of 2026-01-01T00:00:00Z is kept/)]);
  });
});

test("an up without a change asks nobody; other rights or roles are a change", async () => {
  const { outputs: proved } = await create();
  reviews = [];
  expect(await diff(inputs, proved)).toEqual({ changed: [] });
  expect(await diff({ ...inputs, manifestHash: "sha256:1" }, proved)).toEqual({
    changed: ["manifestHash"],
  });
  const identities = [{ user: DEPLOYER, needed: [LIST], forbidden: [BIND, READ] }];
  expect(await diff({ identities }, proved)).toEqual({ changed: ["identities"] });
  expect(reviews).toEqual([]);
});

test("a proof of less than is asked now is made again by who may ask, and kept by who may not until the lanes change", async () => {
  const { outputs: proved } = await create();
  const identities = [{ user: DEPLOYER, needed: [LIST], forbidden: [BIND, READ] }];
  server.faults.set(ASK, 403);
  expect(await diff({ identities }, proved)).toEqual({ changed: [] });
  expect(await diff({ identities, manifestHash: "sha256:1" }, proved)).toEqual({
    changed: ["identities", "manifestHash"],
  });
  // The engine has stored what was not asked.
  server.faults.clear();
  const kept = { id: "lanes", oldInputs: { identities }, news: { identities }, ignoreChanges: [] };
  expect(await provider.diff(subject, { ...kept, oldOutputs: proved })).toEqual({
    changed: ["askedHash"],
  });
  // Earlier versions stored no hash.
  expect(await diff(inputs, { proved: true })).toEqual({ changed: ["askedHash"] });
});

test("rights that are written together are asked one by one", async () => {
  const forbidden = [
    {
      verbs: ["get", "create"],
      group: "",
      resources: ["pods/exec", "nodes"],
      namespaces: ["a", "b"],
    },
    { verbs: ["sign"], group: "certificates.k8s.io", resources: ["signers"], name: "x/y" },
  ];
  const { outputs } = await create({ identities: [{ user: DEPLOYER, needed: [], forbidden }] });
  expect(outputs).toMatchObject({ proved: true, allowed: 0, denied: 9 });
  const asked = reviews.map(({ resourceAttributes }) => resourceAttributes);
  const exec = { verb: "create", group: "", resource: "pods", subresource: "exec", namespace: "b" };
  expect(asked).toContainEqual(exec);
  expect(asked).toContainEqual({
    verb: "sign",
    group: "certificates.k8s.io",
    resource: "signers",
    name: "x/y",
  });
});

test("a preview asks nobody, and knows nothing of the result", async () => {
  const { outputs } = await provider.create(subject, { inputs, preview: true, timeoutSeconds: 0 });
  expect(outputs["proved"]).toBe(UNKNOWN);
  expect(reviews).toEqual([]);
});

test("a proof of nobody is refused", async () => {
  const args = { olds: {}, news: { identities: [] }, randomSeed: Buffer.alloc(0) };
  const { failures } = await provider.check(subject, args);
  expect(failures).toEqual([{ property: "identities", reason: expect.any(String) as unknown }]);
});

describe("what a lane is forbidden", () => {
  const scope = { namespace: "shop", ingress: true, logs: true, rollback: true };
  const needed = rightsOfVerdict(scope);
  const forbidden = forbiddenRights({
    namespaces: ["shop", "lane"],
    lanes: ["lane"],
    elsewhere: ["kube-system", "jenkins"],
    policies: ["lane-dry-run"],
    needed,
  });
  const acts = forbidden.flatMap(({ verb, resource, subresource, namespace = "", name = "" }) => {
    const act = [verb, [resource, subresource].filter(Boolean).join("/"), namespace].join(" ");
    return [act, `${act} ${name}`];
  });

  test.each([
    "create rolebindings shop",
    "escalate roles lane",
    "bind clusterroles ",
    "create serviceaccounts shop",
    "create serviceaccounts/token lane",
    "create pods/exec shop",
    "get pods/attach shop",
    "patch pods/ephemeralcontainers shop",
    "list secrets shop",
    "list secrets ",
    "delete namespaces shop",
    "impersonate users ",
    "impersonate groups ",
    "impersonate serviceaccounts shop",
    "create nodes/proxy ",
    "create mutatingwebhookconfigurations ",
    "delete validatingadmissionpolicies ",
    "list secrets kube-system",
    "create daemonsets kube-system",
    "patch leases kube-system",
    "create serviceaccounts/token kube-system",
    "patch configmaps jenkins",
    "create pods/exec jenkins",
    "patch pods/resize shop",
    "create pods/binding shop",
    "patch endpointslices shop",
    "create certificatesigningrequests ",
    "update certificatesigningrequests/approval ",
    "approve signers ",
    "sign signers ",
    "impersonate uids ",
    "impersonate userextras/scopes ",
    "impersonate:user-info users ",
    "impersonate:serviceaccount serviceaccounts shop",
    "impersonate:arbitrary-node nodes ",
    "patch nodes/status ",
    "patch flowschemas ",
    "create runtimeclasses ",
    "create priorityclasses ",
    "create storageclasses ",
    "create volumeattachments ",
    "create ingressclasses ",
    "create gateways shop",
    "create subjectaccessreviews ",
    "create serviceaccounts/token lane agent",
    "get secrets lane launcher-token",
    "patch networkpolicies lane agents",
    "delete validatingadmissionpolicybindings  lane-dry-run",
  ])("includes %s", (act) => {
    expect(acts).toContain(act);
  });

  test("is nothing twice, and nothing that a verdict takes", () => {
    const texts = forbidden.map((right) => JSON.stringify(right));
    expect(new Set(texts).size).toBe(texts.length);
    for (const right of needed) {
      for (const each of forbidden) {
        expect(right).not.toMatchObject(each);
      }
    }
  });

  test("leaves out what is needed, but not for one object by its name", () => {
    const owned: Right = { ...READ, name: "payment" };
    expect(forbiddenRights({ namespaces: ["shop"], needed: [READ] })).not.toContainEqual(READ);
    expect(forbiddenRights({ namespaces: ["shop"], needed: [owned] })).toContainEqual(READ);
  });
});
