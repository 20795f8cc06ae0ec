// Derives settings from settings. That a trial runs with them is proved by test/e2e/trials.test.ts; what a program registers by made-types.test.ts.
import { stringify } from "yaml";

import { planPool } from "../../components/trial/plan.ts";
import { boundsPolicy } from "../../components/trial/policy.ts";
import { parseSettings, type StackConfig } from "../../settings.ts";
import { derivedSettings } from "../../settings/trial/derived.ts";
import { readPool } from "../../settings/trial/pool.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { KUBECONFIG, stackConfig } from "../support/stack-config.ts";

afterEach(removeFolders);

const PLACE = {
  namespace: "shop-trial-2",
  number: 123,
  host: "trial.example.com",
  build: (_: string, build: object) => ({ ...build, context: "/pr/shop" }),
};
const OWN = {
  cluster: { kubeconfig: "kubeconfig" },
  registry: { repository: "registry.example.com/trials" },
  namespace: "shop-trial",
  trial: { of: "dev", idle: "3d", most: 3 },
};
const DEV = {
  cluster: { kubeconfig: "other" },
  registry: { repository: "registry.example.com/team", username: "ci" },
  registryPassword: { secure: "v1:abc" },
  namespace: "shop-dev",
  services: { shop: { build: { context: "shop" }, port: 8080 } },
};
const derived = (of: object, own: object = OWN, place: object = {}) =>
  derivedSettings({ ...DEV, ...of }, { ...OWN, ...own }, { ...PLACE, ...place });

test("a trial has the services of the tried stack, in its own namespace, cluster and registry", () => {
  expect(
    derived({
      jenkins: {},
      pins: { shop: {} },
      former: {},
      prometheus: "http://p",
      monitoring: {},
    }),
  ).toEqual({
    settings: {
      cluster: { kubeconfig: "kubeconfig" },
      registry: { repository: "registry.example.com/trials" },
      namespace: { name: "shop-trial-2", exists: true },
      services: { shop: { build: { context: "/pr/shop" }, port: 8080 } },
    },
    leftOut: [],
  });
});

test("every value of a credential is made up, but for what the pool's own file has for trials", () => {
  const keys = {
    CHOSEN: { setting: "chosen" },
    SECRET: { setting: "secret", encoding: "base64" },
    OTHER: { stack: "organization/ledger/prod", output: "pin" },
    FETCHED: { remote: { key: "a" } },
    RANDOM: { random: { length: 48 } },
  };
  const credentials = {
    own: { keys, backend: "external-secrets", store: { name: "vault" } },
    jenkins: {
      format: "usernamePassword",
      keys: { username: "ci", password: { setting: "secret" } },
    },
    foreign: { namespace: "jenkins", keys },
    registry: { format: "dockerconfigjson" },
  };
  const made = { random: { length: 32 } };
  const { settings, leftOut } = derived(
    { credentials, secret: { secure: "v1:dev" } },
    { chosen: { secure: "v1:own" } },
  );
  expect(settings).toMatchObject({ chosen: { secure: "v1:own" } });
  expect(settings["credentials"]).toEqual({
    own: {
      keys: {
        CHOSEN: { setting: "chosen" },
        SECRET: made,
        OTHER: made,
        FETCHED: made,
        RANDOM: { random: { length: 48 } },
      },
    },
    jenkins: { keys: { username: made, password: made } },
  });
  expect(JSON.stringify(settings)).not.toContain("v1:dev");
  expect(leftOut).toEqual([
    "credentials.foreign: its Secret is in another namespace",
    "credentials.registry: slipway:registry of the pool has no username",
  ]);
});

test("a key of a Secret that others make is one of a made-up credential", () => {
  const shop = {
    env: { PASSWORD: { secret: "db", key: "password" } },
    sidecars: { proxy: { files: { "/a": { secret: "db", key: "ca" } } } },
  };
  const { settings } = derived({ services: { shop } });
  const made = { random: { length: 32 } };
  expect(settings).toMatchObject({
    credentials: { db: { keys: { ca: made, password: made } } },
    services: {
      shop: {
        env: { PASSWORD: { credential: "db", key: "password" } },
        sidecars: { proxy: { files: { "/a": { credential: "db", key: "ca" } } } },
      },
    },
  });
});

test("what acts beyond the namespace is left out, and what is in it stays in it", () => {
  const shop = {
    port: 8080,
    ports: {
      metrics: { port: 9090, from: [{ namespace: "shop-dev" }, { namespace: "monitoring" }] },
    },
    service: { type: "LoadBalancer", port: 8080, loadBalancerClass: "x" },
    egress: [
      { namespace: "shop-dev", ports: [8080] },
      { cidr: "10.1.0.0/16", ports: [5432] },
    ],
    serviceAccount: { annotations: { "eks.amazonaws.com/role-arn": "arn" } },
    metrics: "/metrics",
    steps: [10],
    route: { host: "shop.example.com" },
  };
  const { settings, leftOut } = derived({ services: { shop } });
  expect(settings["services"]).toEqual({
    shop: {
      port: 8080,
      ports: {
        metrics: { port: 9090, from: [{ namespace: "shop-trial-2" }, { namespace: "monitoring" }] },
      },
      service: { port: 8080 },
      egress: [{ namespace: "shop-trial-2", ports: [8080] }],
    },
  });
  expect(leftOut).toEqual([
    "services.shop.route: it acts beyond the trial's namespace",
    "services.shop.metrics: it acts beyond the trial's namespace",
    "services.shop.steps: it acts beyond the trial's namespace",
    "services.shop.serviceAccount: it acts beyond the trial's namespace",
    "services.shop.egress: a trial reaches its own namespace and DNS",
  ]);
});

test("what would reach out of a trial by its build, its ports or its patches is left out", () => {
  const shop = {
    build: {
      context: "shop",
      ssh: { default: { env: "SSH_AUTH_SOCK" } },
      cacheTo: "registry.example.com/team/cache:shop",
      cacheFrom: ["registry.example.com/team/cache:shop"],
    },
    port: 8080,
    ports: { admin: { port: 9090, nodePort: 30001 } },
    service: { type: "NodePort", nodePort: 30000, from: [{ namespace: "shop-dev" }] },
    allow: ["network"],
    patches: {
      networkPolicy: { spec: { egress: [{}] } },
      ingress: { spec: { defaultBackend: {} } },
      deployment: { spec: { minReadySeconds: 5 } },
    },
  };
  const { settings, leftOut } = derived({ services: { shop } });
  expect(settings["services"]).toEqual({
    shop: {
      build: { context: "/pr/shop", cacheFrom: ["registry.example.com/team/cache:shop"] },
      port: 8080,
      ports: { admin: { port: 9090 } },
      service: { from: [{ namespace: "shop-trial-2" }] },
      allow: ["network"],
      patches: { deployment: { spec: { minReadySeconds: 5 } } },
    },
  });
  expect(leftOut).toEqual(
    ["patches.networkPolicy", "patches.ingress", "build.ssh", "build.cacheTo"].map(
      (key) => `services.shop.${key}: it acts beyond the trial's namespace`,
    ),
  );
});

test("a service whose pods may do something to their node is in no trial, nor is it in a group of one", () => {
  const services = {
    shop: { image: "a", port: 8080 },
    cart: { image: "b", port: 8080, allow: ["root"] },
    agent: { image: "c", allow: ["writable-root", "host-network"] },
  };
  const groups = { checkout: ["shop", "cart", "agent"], watching: ["shop", "agent"] };
  const { settings, leftOut } = derived({ services, groups });
  expect(Object.keys(settings["services"] as object)).toEqual(["shop", "cart"]);
  expect(settings["groups"]).toEqual({ checkout: ["shop", "cart"] });
  expect(leftOut).toEqual([
    "services.agent: its pods may use the node's network (allow: host-network), and no pull request's may",
  ]);
});

test("a trial has host names of its own, or none", () => {
  const ingress = [
    { host: "shop.example.com", class: "nginx", tls: "shop-tls", annotations: { a: "b" } },
    { name: "all", hosts: ["*.shop.example.com", "www.example.org"], paths: ["/api"] },
  ];
  const services = { shop: { port: 8080, ingress } };
  expect(derived({ services }).settings["services"]).toMatchObject({
    shop: {
      ingress: [
        { class: "nginx", hosts: ["shop-123.trial.example.com"] },
        {
          name: "all",
          hosts: ["any-123.trial.example.com", "www-123.trial.example.com"],
          paths: ["/api"],
        },
      ],
    },
  });
  const { settings, leftOut } = derived({ services }, OWN, { host: undefined });
  expect(settings["services"]).toEqual({ shop: { port: 8080 } });
  expect(leftOut).toEqual(["services.shop.ingress: slipway:trial.host is not set"]);
});

test("hosts that begin alike keep all of their names, so that no two services share one", () => {
  const of = (host: string, more = {}) => ({ image: "a", port: 8080, ingress: { host, ...more } });
  const services = {
    shop: of("www.example.com"),
    paths: of("www.example.com", { paths: ["/api"] }),
    admin: of("www.example.org"),
    docs: of("docs.example.com"),
  };
  const tried = derived({ services }).settings["services"];
  const hosts = Object.values(tried as Record<string, { ingress: { hosts: string[] } }>);
  expect(hosts.flatMap(({ ingress }) => ingress.hosts)).toEqual([
    "www-example-com-123.trial.example.com",
    "www-example-com-123.trial.example.com",
    "www-example-org-123.trial.example.com",
    "docs-123.trial.example.com",
  ]);
});

test("extras for all, and the cluster's part of the policy, are not the trial's", () => {
  const extras = { operator: { chart: "x", outside: ["Namespace/x"] }, db: { files: "db.yaml" } };
  const policy = { admission: true, registries: ["ghcr.io"] };
  const { settings, leftOut } = derived({ extras, policy });
  expect(settings).toMatchObject({
    extras: { db: { files: "db.yaml" } },
    policy: { registries: ["ghcr.io"] },
  });
  expect(settings["extras"]).not.toHaveProperty("operator");
  expect(leftOut).toEqual(["extras.operator: it has objects outside of its namespace"]);
});

/** Settings without those that have no value. */
const set = (settings: object) =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Record<
    string,
    unknown
  >;

/** The pool of a project with these settings, and with those or this file of the stack that is tried. */
function poolOf(own: object, dev: object | string = DEV) {
  const file = (settings: object) =>
    stringify({
      config: Object.fromEntries(
        Object.entries(settings).map(([key, value]) => [`slipway:${key}`, value as unknown]),
      ),
    });
  const folder = folderWith({
    "Pulumi.yaml": "name: slipway\n",
    "Pulumi.dev.yaml": typeof dev === "string" ? dev : file(dev),
    kubeconfig: KUBECONFIG,
    other: KUBECONFIG,
    "shop/Dockerfile": "FROM scratch\n",
  });
  const surroundings = { variables: {}, folder };
  const read = (config: StackConfig) => parseSettings(config, surroundings);
  return readPool("trial", stackConfig(set({ ...OWN, ...own })), surroundings, read);
}

/** The lines of the error that reading them ends in. */
function faultsOf(...args: Parameters<typeof poolOf>): string[] {
  try {
    poolOf(...args);
    return [];
  } catch (error) {
    return (error as Error).message.split("\n").map((line) => line.trim());
  }
}

test.each<[string, object, object | string, string]>([
  [
    "the stack itself",
    { trial: { of: "trial" } },
    DEV,
    'slipway:trial.of: got "trial"; allowed: another stack, which delivers what is tried',
  ],
  [
    "no stack",
    { trial: { of: "nobody" } },
    DEV,
    'slipway:trial.of: got "nobody"; allowed: a stack of this project; there is no Pulumi.nobody.yaml',
  ],
  [
    "a promoting stack",
    {},
    { ...DEV, promoteFrom: "other" },
    'slipway:trial.of: got "dev"; promotes what it runs; allowed: a stack that builds its images, such as dev',
  ],
  [
    "no time at all",
    { trial: { of: "dev", idle: "1s" } },
    DEV,
    "slipway:trial.idle: got 1; allowed: at least 60 seconds, such as 3d",
  ],
  [
    "no namespace",
    { trial: { of: "dev", most: 0 } },
    DEV,
    "slipway:trial.most: got 0; allowed: a whole number from 1 to 100",
  ],
  [
    "a name without room",
    { namespace: `a${"b".repeat(62)}` },
    DEV,
    expect.stringMatching(
      /^slipway:namespace: got "ab+"; allowed: at most 61 characters, because the pool numbers its namespaces$/,
    ) as string,
  ],
  [
    "services of its own",
    { services: { shop: {} } },
    DEV,
    expect.stringMatching(/^slipway:services: unknown key; allowed: cluster, registry/) as string,
  ],
  [
    "no registry",
    { registry: undefined },
    DEV,
    "slipway:registry.repository: missing; needed because dev builds images: what pull requests build does not belong among its own; set a repository for trials, such as registry.example.com/trials",
  ],
  [
    "a lane for manifests",
    { jenkins: { apiServer: { cidr: "10.0.0.1/32", ports: [6443] } } },
    { ...DEV, extras: { db: { files: "db.yaml" } } },
    "slipway:jenkins: allowed: only where dev has no manifests of its own and no extras, whose rights no lane of a pool has; deliver its trials as an administrator, or remove it",
  ],
  [
    "a stack whose services are in a file that does not exist",
    {},
    { ...DEV, services: "services.yaml" },
    expect.stringMatching(
      /^slipway:services: got "services.yaml"; .*services.yaml does not exist; allowed: /,
    ) as string,
  ],
  [
    "a stack whose file is no YAML",
    {},
    "config: {",
    expect.stringMatching(/^Pulumi.dev.yaml is not YAML \(.+\); mend it$/) as string,
  ],
])("a pool of %s is refused", (_, own, dev, fault) => {
  expect(faultsOf(own, dev)).toContainEqual(fault);
});

test("a pool has its numbered namespaces, each bounded before anything is in it", () => {
  const { home, namespaces, homeManifests, lanes } = planPool(
    poolOf({ trial: { of: "dev", most: 2, cpu: 2 } }),
  );
  expect([home, lanes]).toEqual(["shop-trial", undefined]);
  expect(namespaces.map(({ name }) => name)).toEqual(["shop-trial-1", "shop-trial-2"]);
  expect(homeManifests.resourceQuota.spec.hard).toEqual({ pods: "0" });
  const { namespace, resourceQuota, networkPolicy } = namespaces[1]?.manifests ?? {};
  expect(namespace?.metadata.labels).toMatchObject({
    "pod-security.kubernetes.io/enforce": "restricted",
  });
  expect(resourceQuota?.spec.hard).toMatchObject({
    pods: "20",
    "limits.cpu": "2",
    "services.loadbalancers": "0",
  });
  expect(networkPolicy).toMatchObject({
    metadata: { name: "trial-pool", namespace: "shop-trial-2" },
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
  });
});

test("no service makes the pool's namespaces privileged, and what is left of the settings can be read", () => {
  const build = { context: "shop", ssh: { default: { env: "SSH_AUTH_SOCK" } } };
  const services = {
    shop: {
      ...{ build, port: 8080, allow: ["network"], service: { type: "NodePort", nodePort: 30000 } },
      ports: { admin: { port: 9090, nodePort: 30001 } },
      patches: { networkPolicy: { spec: { egress: [{}] } } },
    },
    agent: { build, kind: "perNode", allow: ["host-network", "root"] },
  };
  const { namespaces, home } = planPool(poolOf({}, { ...DEV, services }));
  expect(home).toBe("shop-trial");
  expect(namespaces[0]?.manifests.namespace.metadata.labels).toMatchObject({
    "pod-security.kubernetes.io/enforce": "restricted",
  });
});

describe("the lane of a pool", () => {
  const planned = () => {
    const jenkins = { apiServer: { cidr: "10.0.0.1/32", ports: [6443] } };
    const dev = { ...DEV, credentials: { session: { keys: { KEY: { random: { length: 8 } } } } } };
    const { lanes } = planPool(poolOf({ jenkins, trial: { of: "dev", most: 2 } }, dev));
    if (lanes === undefined) {
      throw new Error("there is no lane");
    }
    return lanes;
  };

  test("is one, which delivers into each namespace and keeps the book", () => {
    const { lanes, roles, accounts } = planned();
    expect(lanes.map(({ lane }) => lane.namespace)).toEqual(["shop-trial-jenkins-deploy"]);
    const places = roles
      .filter(({ role }) => role.metadata.name === "shop-trial-jenkins-deploy")
      .map(({ role }) => role.metadata.namespace);
    expect(places).toEqual([
      "kube-system",
      "shop-trial",
      "shop-trial-1",
      "shop-trial-2",
      "shop-trial-jenkins-deploy",
    ]);
    const agent = accounts.find(({ name }) => name === "agent");
    const mayIn = (namespace: string, verb: string, resource: string) =>
      agent?.rights.some(
        (right) =>
          right.namespace === namespace &&
          right.verb === verb &&
          right.resource === resource &&
          right.name === undefined,
      );
    for (const place of ["shop-trial-1", "shop-trial-2"]) {
      expect(
        ["create", "delete", "patch"].map((verb) => mayIn(place, verb, "deployments")),
      ).toEqual([true, true, true]);
      expect(["list", "delete"].map((verb) => mayIn(place, verb, "cronjobs"))).toEqual([
        true,
        true,
      ]);
      expect(["create", "delete"].map((verb) => mayIn(place, verb, "leases"))).toEqual([
        true,
        true,
      ]);
      expect(
        ["secrets", "roles", "resourcequotas", "limitranges"].flatMap((resource) =>
          ["create", "delete", "list"].map((verb) => mayIn(place, verb, resource)),
        ),
      ).not.toContain(true);
    }
    expect(mayIn("shop-trial", "create", "leases")).toBe(true);
    expect(mayIn("shop-trial", "create", "deployments")).toBe(false);
    expect(mayIn("shop-dev", "list", "deployments")).toBe(false);
  });

  test("its policies hold in every namespace, what bounds trials is not its to delete, and hosts are not enumerated", () => {
    const { policies } = planned();
    const values = (name: string) =>
      policies.find(({ policy }) => policy.metadata.name === `shop-trial-jenkins-${name}`)?.binding
        .spec.matchResources?.namespaceSelector.matchExpressions[0]?.values;
    expect(values("deploy-deployments")).toEqual(["shop-trial-1", "shop-trial-2"]);
    expect(values("kept")).toEqual(["shop-trial-1", "shop-trial-2"]);
    expect(values("deploy-ingresses")).toBeUndefined();
  });

  test("what bounds trials says nothing of what is in no namespace, such as a GatewayClass", () => {
    const { policy } = boundsPolicy("shop-trial", ["shop-trial-1"], undefined, undefined);
    const scopes = policy.spec.matchConstraints.resourceRules.map(({ scope }) => scope);
    expect([...new Set(scopes)]).toEqual(["Namespaced"]);
  });
});
