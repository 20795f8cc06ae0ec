// Proves which claims the rules of an account settle, and what is reviewed one by one, against RBAC as its documentation has it; that a
// real API server tells its rules so is proved by test/e2e/access-proof.test.ts.
import fc from "fast-check";

import { laneProof } from "../../components/lanes/lane-proof.ts";
import { planLanes } from "../../components/lanes/plan.ts";
import type { IdentityAccess } from "../../contract/access-proof.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import { gives, touches } from "../../provider/cluster/own-rules.ts";
import { SlipwayProvider } from "../../provider/slipway.ts";
import type { Right, Verb } from "../../rights.ts";
import type { Subject } from "../../wire/plugin.ts";
import { removeFolders } from "../support/folder.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { type Grant, isGranted, RulesServer } from "../support/rules-server.ts";

const plan = planLanes({
  namespace: "store",
  services: { shop: { port: 8080, ingress: { host: "shop.example.com" } } },
  credentials: { payment: { keys: { KEY: "" } } },
  sealing: { controller: { namespace: "kube-system", name: "sealed-secrets-controller" } },
  jenkins: { apiServer: { cidr: "10.0.0.1/32" } },
});
const { identities } = laneProof(plan);
const DEPLOYER = "system:serviceaccount:store-jenkins-deploy:agent";

let server: RulesServer;
let provider: SlipwayProvider;
const ignore = () => undefined;
const log = { info: ignore, error: ignore, status: ignore, warn: ignore };
const subject: Subject = { urn: "urn", type: RESOURCES.AccessProof, name: "lanes", log };

beforeEach(async () => {
  server = new RulesServer();
  for (const { namespace, name, rights } of plan.accounts) {
    server.grants.set(`system:serviceaccount:${namespace}:${name}`, rights.map(grantOf));
  }
  provider = new SlipwayProvider();
  provider.configure({ ...kubeconfigOf(await server.start()) });
});
afterEach(async () => {
  provider.cancel();
  provider.close();
  await server.stop();
});
afterAll(removeFolders);

function grantOf({ verb, group, resource, subresource, name, namespace }: Right): Grant {
  return {
    ...(namespace !== undefined && { namespace }),
    verbs: [verb],
    apiGroups: [group],
    resources: [subresource === undefined ? resource : `${resource}/${subresource}`],
    ...(name !== undefined && { resourceNames: [name] }),
  };
}

/** One account is enough to find a fault with, and quicker. */
const one = identities.filter(({ user }) => user === DEPLOYER);
const also = (...grants: readonly Grant[]) => {
  server.grants.set(DEPLOYER, [...(server.grants.get(DEPLOYER) ?? []), ...grants]);
};
const prove = (all: readonly IdentityAccess[]) =>
  provider.create(subject, { inputs: { identities: all }, preview: false, timeoutSeconds: 0 });
const rightsOf = (all: readonly IdentityAccess[]): Right[] =>
  all.flatMap(({ needed, forbidden }) =>
    [...needed, ...forbidden].filter((each) => "verb" in each),
  );

/** What a refresh finds, which waits for nothing. */
async function faults(): Promise<readonly object[]> {
  const read = await provider.read(subject, {
    id: "lanes",
    inputs: { identities: one },
    outputs: {},
  });
  return read?.outputs["faults"] as readonly object[];
}

test("the rights of all lanes are proved by the rules of their accounts, and by few reviews", async () => {
  const { outputs } = await prove(identities);
  const count = (sort: "needed" | "forbidden") => identities.flatMap((each) => each[sort]).length;
  expect(outputs).toMatchObject({
    proved: true,
    allowed: count("needed"),
    denied: count("forbidden"),
    faults: [],
  });
  expect(rightsOf(identities).length).toBeGreaterThan(3500);
  expect(server.count("token")).toBe(identities.length);
  expect(server.requests.length).toBeLessThan(300);
});

test.each<[string, Grant, Partial<Right>]>([
  [
    "by its name",
    { namespace: "store", verbs: ["list"], apiGroups: [""], resources: ["secrets"] },
    { verb: "list", resource: "secrets", namespace: "store" },
  ],
  [
    "by a wildcard for verbs",
    { namespace: "store", verbs: ["*"], apiGroups: ["batch"], resources: ["cronjobs"] },
    { verb: "create", resource: "cronjobs", namespace: "store" },
  ],
  [
    "by a wildcard for groups",
    { namespace: "store", verbs: ["create"], apiGroups: ["*"], resources: ["jobs"] },
    { verb: "create", resource: "jobs", namespace: "store" },
  ],
  [
    "by a wildcard for resources",
    { namespace: "store", verbs: ["create"], apiGroups: ["batch"], resources: ["*"] },
    { verb: "create", resource: "jobs", namespace: "store" },
  ],
  [
    "by a subresource of all resources",
    { namespace: "store", verbs: ["create"], apiGroups: [""], resources: ["*/exec"] },
    { verb: "create", resource: "pods", subresource: "exec", namespace: "store" },
  ],
  [
    "by the name of one object",
    {
      namespace: "store-jenkins-deploy",
      verbs: ["create"],
      apiGroups: [""],
      resources: ["serviceaccounts/token"],
      resourceNames: ["launcher"],
    },
    { verb: "create", resource: "serviceaccounts", subresource: "token", name: "launcher" },
  ],
  [
    "on the cluster",
    { verbs: ["bind"], apiGroups: ["rbac.authorization.k8s.io"], resources: ["clusterroles"] },
    { verb: "bind", resource: "clusterroles" },
  ],
])("a right too many, given %s, is found", async (_, grant, right) => {
  also(grant);
  expect(await faults()).toContainEqual(
    expect.objectContaining({
      user: DEPLOYER,
      wanted: "denied",
      right: expect.objectContaining(right) as unknown,
    }),
  );
});

test("a right that is missing is found, one that holds in another namespace only among them", async () => {
  const right = one
    .flatMap(({ needed }) => [...needed])
    .find((each) => "verb" in each && each.namespace === undefined);
  const [own = []] = [server.grants.get(DEPLOYER)];
  server.grants.set(
    DEPLOYER,
    own.map((grant) =>
      grant.namespace === undefined ? { ...grant, namespace: "default" } : grant,
    ),
  );
  const found = await faults();
  expect(found).toContainEqual({ user: DEPLOYER, right, wanted: "allowed", reason: "another" });
  server.grants.set(
    DEPLOYER,
    own.filter(({ resources }) => !resources.includes("deployments")),
  );
  expect(await faults()).toContainEqual(
    expect.objectContaining({
      user: DEPLOYER,
      wanted: "allowed",
      right: expect.objectContaining({ resource: "deployments" }) as unknown,
    }),
  );
});

describe("each right is reviewed", () => {
  const few = one.map((each) => ({
    ...each,
    needed: each.needed.slice(0, 40),
    forbidden: each.forbidden.slice(0, 80),
  }));
  const reviewsAll = async () => {
    await expect(prove(few)).resolves.toMatchObject({ outputs: { proved: true } });
    const reviewed = new Set(server.reviewed.map((right) => JSON.stringify(right)));
    expect(reviewed.size).toBe(
      new Set(
        rightsOf(few).map(({ verb, group, resource, subresource, name, namespace }) =>
          JSON.stringify({ verb, group, resource, subresource, name, namespace }),
        ),
      ).size,
    );
  };

  test.each([
    ["where the rules are incomplete", { incomplete: true }],
    ["where the rules could not be evaluated", { evaluationError: 'role "gone" not found' }],
    ["where nothing is said of whether they are whole", { incomplete: undefined }],
    ["where no rules are told", { resourceRules: null }],
  ])("%s", async (_, status) => {
    server.status = { ...server.status, ...status };
    await reviewsAll();
  });

  test.each(["token", "selfsubjectrulesreviews", "selfsubjectreviews"])(
    "where %s are refused",
    async (kind) => {
      server.faults.set(kind, 403);
      await reviewsAll();
    },
  );

  test("where a proxy takes the token for somebody else's", async () => {
    server.owner = () => "admin";
    await reviewsAll();
  });

  test("where a review says otherwise than the rules, and what it allows is found", async () => {
    const isWide = ({ verb, resource }: Right) => verb === "escalate" || resource === "roles";
    server.allowsToo = (_, right) => isWide(right);
    const wide = one.flatMap((each) =>
      each.forbidden.filter((right) => "verb" in right && isWide(right)),
    );
    expect(await faults()).toEqual(
      wide.map((right) => ({ user: DEPLOYER, right, wanted: "denied", reason: "another" })),
    );
  });

  test("of whoever is no account, or has other groups than one", async () => {
    const [first] = one;
    const person = { needed: [], forbidden: first?.forbidden.slice(0, 20) ?? [] };
    await prove([
      { user: "jane", ...person },
      { user: DEPLOYER, groups: ["admins"], ...person },
      { user: "system:serviceaccount:..%2f..:x", ...person },
    ]);
    expect(server.count("token")).toBe(0);
    expect(server.reviewed).toHaveLength(60);
  });
});

const some = <T extends string>(...values: T[]) => fc.constantFrom(...values);
const several = (...values: string[]) =>
  fc.subarray(values, { minLength: 1, maxLength: values.length });
const rule = fc.record({
  verbs: several("get", "create", "*"),
  apiGroups: several("", "apps", "*"),
  resources: several("pods", "pods/exec", "pods/*", "nodes", "*/exec", "*/*", "*"),
  resourceNames: fc.subarray(["one", "other"]),
});
const right = fc
  .record({
    verb: some<Verb>("get", "create", "delete"),
    group: some("", "apps"),
    resource: some("pods", "nodes", "exec"),
    subresource: fc.option(some("exec", "log"), { nil: undefined }),
    name: fc.option(some("one", "third"), { nil: undefined }),
  })
  .map(({ subresource, name, ...rest }): Right => ({
    ...rest,
    ...(subresource !== undefined && { subresource }),
    ...(name !== undefined && { name }),
  }));

test("a rule gives what RBAC says it gives, and touches all of that", () => {
  fc.assert(
    fc.property(rule, right, (each, asked) => {
      expect(gives(each, asked)).toBe(isGranted([each], asked));
      expect(touches(each, asked) || !isGranted([each], asked)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
