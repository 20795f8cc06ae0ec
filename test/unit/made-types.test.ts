// Runs the whole program with mocks. Cannot prove that a real engine gives the same URNs: the stories of verify-state and the kept states do.
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { expectationOf } from "../../cli/verify-state/expectation.ts";
import { findingsAt } from "../../cli/verify-state/finding.ts";
import { scopeFindings } from "../../cli/verify-state/scope.ts";
import { MADE, madeOf } from "../../cli/verify-state/made-types.ts";
import { FUNCTIONS } from "../../contract/tokens.ts";
import program from "../../index.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { KUBECONFIG } from "../support/stack-config.ts";

afterEach(removeFolders);

const DIGEST = `sha256:${"a".repeat(64)}`;
const RECORD = {
  version: 1,
  verdict: "ready",
  reason: null,
  namespace: "shop-dev",
  commit: null,
  dirty: false,
  digest: DIGEST,
  image: `registry.example.com/dev/shop@${DIGEST}`,
  startedAt: "2026-01-01T00:00:00.000Z",
  seconds: 1,
  pods: [],
};

/** Everything that a setting may call for. */
const SERVICE = {
  port: 8080,
  autoscale: { min: 2, max: 4, cpu: 60 },
  files: { "/etc/shop.conf": "a = 1\n" },
  volumes: { "/data": { claim: { size: "1Gi", access: "ReadWriteMany" } } },
  ingress: [{ host: "shop.example.com" }, { name: "old", host: "shop.example.org" }],
  route: { parents: [{ name: "public" }], host: "shop.example.net" },
  metrics: "/metrics",
  objective: { available: 99.9 },
};
const PROMETHEUS = "http://prometheus.monitoring:9090";
const PINNED = { image: `registry.example.com/team/db@${DIGEST}`, port: 8080 };
const OF_OTHER_KINDS = {
  db: { ...PINNED, stateful: true },
  agent: { ...PINNED, everyNode: true },
  nightly: { image: PINNED.image, schedule: { cron: "0 3 * * *" } },
  careful: {
    ...{ ...PINNED, metrics: "/metrics", steps: [10], watch: { errors: 1, requests: 500 } },
    ...{ weights: "traefik", route: { parents: [{ name: "public" }] } },
  },
};
const CREDENTIALS = {
  sealed: { keys: { PIN: { random: { length: 8 } } } },
  foreign: { keys: { PIN: { stack: "organization/ledger/prod", output: "pin" } } },
  store: {
    backend: "external-secrets",
    store: { name: "vault" },
    keys: { A: { remote: { key: "a" } } },
  },
};
const PROMOTION = { stack: "dev", repository: "registry.example.com/dev" };
const JENKINS = { apiServer: { cidr: "10.0.0.1/32", ports: [6443] }, longLivedTokens: true };

const HAND_OFF = {
  to: { git: "ssh://git@git.example.com/deploy.git", branch: "main", path: "shop-prod" },
  by: { argocd: { namespace: "argocd", application: "shop-prod" } },
};

/** What the cluster serves of what the manifests have, and of routes. */
const KINDS = [
  { apiVersion: "apps/v1", kind: "Deployment", resource: "deployments", namespaced: true },
  { apiVersion: "batch/v1", kind: "Job", resource: "jobs", namespaced: true },
  { apiVersion: "v1", kind: "Namespace", resource: "namespaces", namespaced: false },
  {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    resource: "httproutes",
    namespaced: true,
  },
  ...["Rollout", "AnalysisTemplate", "AnalysisRun"].map((kind) => ({
    apiVersion: "argoproj.io/v1alpha1",
    kind,
    resource: `${kind.toLowerCase()}s`,
    namespaced: true,
  })),
  {
    apiVersion: "traefik.io/v1alpha1",
    kind: "TraefikService",
    resource: "traefikservices",
    namespaced: true,
  },
  ...["PodMonitor", "PrometheusRule"].map((kind) => ({
    apiVersion: "monitoring.coreos.com/v1",
    kind,
    resource: `${kind.toLowerCase()}s`,
    namespaced: true,
  })),
];
const HARDENED = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};
const CONTAINER = { name: "a", image: `own@${DIGEST}`, securityContext: HARDENED };
const POD = { template: { spec: { containers: [CONTAINER] } } };
const manifestsOf = (name: string) => [
  { apiVersion: "apps/v1", kind: "Deployment", metadata: { name }, spec: POD },
  { apiVersion: "batch/v1", kind: "Job", metadata: { name }, spec: POD },
  { apiVersion: "v1", kind: "Namespace", metadata: { name: `${name}-elsewhere` } },
];

/** The answers of Slipway's provider, and of the engine to who reads another stack. */
function answer({ token, inputs }: pulumi.runtime.MockCallArgs): Record<string, unknown> {
  switch (token) {
    case FUNCTIONS.stackState:
      return { exists: false };
    case FUNCTIONS.servedKinds:
      return { version: "v1.34.3", kinds: KINDS };
    case FUNCTIONS.keepAnnotations:
      return inputs as Record<string, unknown>;
    default:
      return {};
  }
}

/** A resource as the program registers it. */
interface Registered {
  /** The types in its URN. */
  readonly qualified: string;
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

/** What the last program has asked of the provider, in order. */
const asked: string[] = [];

/** What the program registers with these settings. */
async function registered(settings: Readonly<Record<string, unknown>>): Promise<Registered[]> {
  const folder = folderWith({ kubeconfig: KUBECONFIG });
  const given = new Map<string, Record<string, unknown>>();
  asked.length = 0;
  const all = {
    cluster: { kubeconfig: join(folder, "kubeconfig") },
    registry: { repository: "registry.example.com/team" },
    namespace: "shop-prod",
    prometheus: PROMETHEUS,
    ...settings,
  };
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        given.set(`${type} ${name}`, inputs as Record<string, unknown>);
        return { id: `${name}-id`, state: { ...(inputs as object), ...outputsOf(type) } };
      },
      call: (args) => {
        asked.push(args.token);
        return answer(args);
      },
    },
    "slipway",
    "prod",
    false,
    "organization",
  );
  pulumi.runtime.setAllConfig(
    Object.fromEntries(
      Object.entries(all).map(([key, value]) => [
        `slipway:${key}`,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
  );
  const made: [pulumi.Resource, type: string, name: string][] = [];
  await pulumi.runtime.runInPulumiStack(() => {
    pulumi.runtime.registerStackTransformation(
      ({ resource, type, name }) => void made.push([resource, type, name]),
    );
    return program();
  });
  await pulumi.runtime.disconnect();
  return made.map(([resource, type, name]) => {
    const inputs = given.get(`${type} ${name}`) ?? {};
    return { qualified: qualified(resource), type, name, inputs };
  });
}

/** The types of a resource's parents and its own, as the engine puts them into its URN. */
function qualified(resource: pulumi.Resource): string {
  const { __pulumiType: type, __parentResource: parent } = resource as unknown as {
    readonly __pulumiType: string;
    readonly __parentResource?: pulumi.Resource;
  };
  const isRoot = parent === undefined || parent instanceof pulumi.runtime.Stack;
  return isRoot ? type : `${qualified(parent)}$${type}`;
}

function outputsOf(type: string): Record<string, unknown> {
  switch (type) {
    case "pulumi:pulumi:StackReference":
      return {
        outputs: { releases: { shop: RECORD }, pin: "1234" },
        secretOutputNames: ["pin"],
      };
    case "docker:index/image:Image":
      return { repoDigest: `registry.example.com/team/shop@${DIGEST}` };
    case "slipway:index:ImageBuild":
      return { repoDigest: `registry.example.com/team/labelled@${DIGEST}` };
    case "slipway:index:ImageCopy":
      return { image: `registry.example.com/team/shop@${DIGEST}` };
    case "slipway:index:HandOff":
      return { revision: "c0ffee", deployments: {}, controller: { sync: "Synced", health: null } };
    case "slipway:index:Migration":
      return { result: { record: {}, halt: null } };
    case "slipway:index:MemberProof":
    case "slipway:index:Readiness":
      return { release: RECORD, history: [] };
    default:
      return {};
  }
}

/** Of manifests that say only what they must. */
const WAIVER = { until: "9999-12-31", why: "a test" };
const POLICY = {
  admission: true,
  registries: ["own"],
  waive: Object.fromEntries(
    ["requests-and-limits", "network-policies"].map((rule) => [
      rule,
      { own: WAIVER, beside: WAIVER },
    ]),
  ),
};

const CREDENTIALS_ELSEWHERE = {
  key: { namespace: "jenkins", keys: { PIN: { random: { length: 8 } } } },
  lane: { namespace: "ci-deploy", keys: { PIN: { random: { length: 8 } } } },
};

/** Everything that stacks with all kinds of settings register. */
async function everything(): Promise<[settings: Record<string, unknown>, Registered[]][]> {
  const build = { context: "example/shop", args: { BASE: `a@${DIGEST}` } };
  const labelled = { build: { ...build, labels: { a: "b" } }, port: 1 };
  const files = folderWith({
    "own.yaml": manifestsOf("own")
      .map((each) => JSON.stringify(each))
      .join("\n---\n"),
    "beside.yaml": manifestsOf("beside")
      .map((each) => JSON.stringify(each))
      .join("\n---\n"),
  });
  const source = (name: string) => {
    return { files: join(files, `${name}.yaml`), outside: [`Namespace/${name}-elsewhere`] };
  };
  const own = { image: `registry.example.com/own@${DIGEST}`, manifests: source("own") };
  const building = {
    services: {
      shop: { build, ...SERVICE },
      labelled,
      worker: { build: { of: "shop" }, port: 1, migrate: { command: ["up"] } },
      ...OF_OTHER_KINDS,
      own,
    },
    extras: { beside: source("beside") },
    groups: { pair: ["worker", "labelled"] },
    prometheus: "http://prometheus.monitoring:9090",
    credentials: { ...CREDENTIALS, ...CREDENTIALS_ELSEWHERE },
    jenkins: { ...JENKINS, prefix: "ci" },
    policy: POLICY,
    sealing: { controller: { namespace: "sealing" } },
  };
  const promoting = {
    services: { shop: SERVICE },
    promoteFrom: PROMOTION,
    jenkins: JENKINS,
    prometheus: PROMETHEUS,
  };
  const existing = {
    services: { shop: { image: `registry.example.com/dev/shop@${DIGEST}`, ...SERVICE } },
    namespace: { name: "shop-prod", exists: true },
    prometheus: PROMETHEUS,
  };
  const pool = { namespace: "shop-trial", trial: { of: "dev", most: 2 }, jenkins: JENKINS };
  const handedOff = { services: { shop: PINNED }, handOff: HAND_OFF };
  process.env["SLIPWAY_BASE_IMAGE"] = `registry.example.com/base@${DIGEST}`;
  return [
    [pool, await registered({ ...pool, prometheus: "" })],
    [handedOff, await registered(handedOff)],
    [building, await registered(building)],
    [promoting, await registered(promoting)],
    [existing, await registered(existing)],
  ];
}

// Each of these loads the whole program once for each of its stacks.
jest.setTimeout(180_000);

test("every type that the program registers is known, and every object of it where it puts that", async () => {
  const stacks = await everything();
  const types = stacks.flatMap(([, resources]) => resources.map(({ qualified: of }) => of));
  const defaults = ["docker", "pulumi", "random"].map((name) => `pulumi:providers:${name}`);
  const byEngine = ["pulumi:pulumi:Stack", ...defaults];
  const listed = types.filter((of) => MADE.has(of) || madeOf(of) !== "manifest");
  expect([...new Set([...listed, ...byEngine])].sort()).toEqual([...MADE.keys()].sort());

  const findings = stacks.flatMap(([settings, resources]) => {
    const own = { namespace: "shop-prod", prometheus: PROMETHEUS, ...settings };
    const organization = "organization";
    const written = {
      folder: "/",
      project: "slipway",
      stack: "prod",
      organization,
      own,
      config: {},
      file: {},
    };
    const cluster = { kubeconfig: "/kubeconfig", context: "only", identifier: "ours" };
    const expected = expectationOf({ ...written, backend: undefined }, cluster, {});
    return resources.flatMap(({ qualified: of, type, name, inputs }) => {
      const made = madeOf(of) ?? "other";
      const isRead = type === "kubernetes:core/v1:Namespace" && inputs["metadata"] === undefined;
      const outputs = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
      const read = isRead ? { external: true, outputs } : {};
      const urn = `urn:pulumi:prod::slipway::${of}::${name}`;
      const entry = { urn, custom: true, type, inputs, ...read };
      return scopeFindings(entry, { made, name }, expected, findingsAt(`${of} ${name}`));
    });
  });
  expect(findings).toEqual([]);
});

test("a service of five lines asks for nothing that it does not use", async () => {
  await registered({ services: { shop: { build: { context: "example/shop" }, port: 8080 } } });
  expect(asked.map((token) => token.split(":").at(-1))).toEqual([
    "namespaceState",
    "stackState",
    "imageDigests",
    "imagePlatforms",
    "keepAnnotations",
  ]);
});
