// Cannot prove how the engine prints a fault or hands a secret over: test/e2e/bad-input.test.ts does.
import { generateKeyPairSync } from "node:crypto";
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, symlinkSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";

import { byName } from "../../components/by-name.ts";
import { PODS } from "../../components/service-definition.ts";
import type { Forms } from "../../contract/forms.ts";
import { VERDICT } from "../../contract/verdict.ts";
import { parseSettings } from "../../settings.ts";
import { stackSchema } from "../../settings/stack.ts";
import { application } from "../support/applications.ts";
import { AUTHORITY, OTHER_AUTHORITY } from "../support/authority.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { ASKED, EDGE, NAMED_IN_EDGE } from "../support/network-settings.ts";
import { CHOSEN_LABELS, MONITORED } from "../support/monitored.ts";
import { CHOSEN, SPECIAL } from "../support/special-service.ts";
import { schemaKeys, valueKeys } from "../support/schema-keys.ts";
import {
  CHECKOUT,
  KUBECONFIG,
  PROJECT,
  settingFaults as faultsOf,
  settingsOf,
  stackConfig,
  stackFile,
  VALID,
} from "../support/stack-config.ts";
import { valueOf } from "../support/engine.ts";

afterEach(removeFolders);

const shop = VALID.services.shop;
const DIGEST = `sha256:${"a".repeat(64)}`;

const faultsOfShop = (change: object): string[] =>
  faultsOf({ ...VALID, services: { shop: { ...shop, ...change } } });

/** The kubeconfig with files in place of what it holds of its cluster and its user. */
const withFiles = (cluster: string, user = "token: not-for-any-log"): string =>
  KUBECONFIG.replace("certificate-authority-data: QUJD", cluster).replace(
    "token: not-for-any-log",
    user,
  );

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const KEY = privateKey.export({ format: "pem", type: "sec1" }) as string;

const PINNED = `registry.example.com/team/shop@${DIGEST}`;
const EGRESS = [
  { cidr: "2001:db8::/32", ports: [443] },
  { namespace: "db", ports: [5432, "5353/UDP"] },
];

/** What a service can say of each setting of a table, beside its default. */
function said(settings: Forms): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(settings).map(([key, form]): [string, unknown] => {
      if ("each" in form) {
        return [key, said(form.each)];
      }
      return [key, "from" in form ? form.from : form.default !== true];
    }),
  );
}

/** Services with every key that a service can have. */
const SERVICES = {
  shop: {
    build: {
      context: "shop",
      dockerfile: "recipes/Other",
      target: "final",
      args: { A: "1" },
      commitArg: "COMMIT",
      platform: "linux/amd64",
    },
    port: 8080,
    autoscale: { min: 2, max: 4, cpu: 60 },
    health: "/healthz",
    ready: "/readyz",
    resources: { requests: { cpu: 1, memory: "1Gi" }, limits: { cpu: "1500m", memory: "1Gi" } },
    env: {
      A: "1",
      B: { secret: "s", key: "k", optional: true },
      C: { expand: "$(A)" },
      D: { configMap: "c", key: "k", optional: false },
      E: { field: "status.podIP" },
      F: { resource: "limits.memory", divisor: "1Mi" },
    },
    envFrom: [
      { secret: "s", prefix: "S_", optional: true },
      { configMap: "c", optional: true },
    ],
    files: {
      "/etc/a.yaml": "a: 1\n",
      "/etc/key": { secret: "s", key: "k" },
      "/etc/c": { configMap: "c", key: "k" },
    },
    folders: {
      "/etc/tls": { secret: "s", items: [{ key: "k", path: "a/b", mode: "0400" }], mode: "0440" },
      "/etc/map": { configMap: "c", optional: true },
    },
    volumes: {
      "/shared": {
        claim: { size: "1Gi", class: "fast", access: "ReadWriteMany", name: "own", keep: false },
        subPath: "a/b",
        readOnly: true,
      },
      "/found": { claim: "found" },
      "/each": { perPod: { size: "1Gi", class: "fast", access: "ReadWriteOnce", name: "each" } },
      "/dev/shm": { memory: "64Mi" },
      "/scratch": { scratch: "2Gi" },
    },
    initContainers: [
      {
        name: "init",
        image: PINNED,
        command: ["init", { expand: "$(A)" }],
        args: ["-v", { expand: "$(A)" }],
        workingDir: "/srv",
        env: {
          A: "1",
          B: { secret: "s", key: "k", optional: true },
          C: { expand: "$(A)" },
          D: { configMap: "c", key: "k", optional: false },
          E: { field: "status.podIP" },
          F: { resource: "limits.memory", divisor: "1Mi" },
        },
        envFrom: [
          { secret: "s", prefix: "S_", optional: true },
          { configMap: "c", optional: true },
        ],
        serviceEnv: true,
        mounts: ["/tmp", { path: "/shared", at: "/data", readOnly: true }],
        resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "2", memory: "1Gi" } },
        user: 1001,
      },
      { name: "second", of: "web" },
    ],
    sidecars: [
      {
        name: "sidecar",
        of: "web",
        command: ["run", { expand: "$(A)" }],
        args: ["-v", { expand: "$(A)" }],
        workingDir: "/srv",
        env: {
          A: "1",
          B: { secret: "s", key: "k", optional: true },
          C: { expand: "$(A)" },
          D: { configMap: "c", key: "k", optional: false },
          E: { field: "status.podIP" },
          F: { resource: "limits.memory", divisor: "1Mi" },
        },
        envFrom: [
          { secret: "s", prefix: "S_", optional: true },
          { configMap: "c", optional: true },
        ],
        serviceEnv: false,
        mounts: [{ path: "/shared", at: "/data", readOnly: true }],
        resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "2", memory: "1Gi" } },
        user: 1001,
        startsFirst: true,
        port: 9000,
        health: "/healthz",
        ready: "/readyz",
      },
      ...Object.entries(ASKED).map(([name, asked], index) => ({
        ...{ name, of: "web", ...asked },
        port: 9100 + index,
      })),
    ],
    replacement: { surge: "10%", unavailable: 1 },
    migrate: {
      command: ["/app/migrate", { expand: "--to=$(VERSION)" }],
      timeoutSeconds: 60,
      back: "refuse",
    },
    writable: ["/tmp", "/var/cache"],
    user: 1000,
    ingress: {
      host: "*.example.com",
      class: "nginx",
      path: "/shop",
      tls: "t",
      awaitAddress: false,
    },
    egress: EGRESS,
    deadlineSeconds: 60,
    timeoutSeconds: 900,
    warmupSeconds: 90,
    settleSeconds: 20,
    tolerate: {
      restarts: 0,
      unschedulableSeconds: 120,
      registrySeconds: 30,
      probeSeconds: 60,
      configSeconds: 5,
    },
    logs: false,
    drainSeconds: 0,
    stopSeconds: 40,
    rollback: false,
  },
  web: { image: PINNED, port: 80, ...said(VERDICT), ...said(PODS) },
  built: {
    build: {
      context: "shop",
      platforms: ["linux/amd64", "linux/arm64"],
      labels: { "org.opencontainers.image.title": "shop" },
      secrets: { a: { env: "TOKEN" }, b: { file: "/npmrc" } },
      ssh: { default: { env: "SSH_AUTH_SOCK" }, key: { file: "/key" } },
      cacheFrom: ["registry.example.com/team/cache:shop"],
      cacheTo: "registry.example.com/team/cache:shop",
    },
    port: 80,
  },
  worker: {
    build: { of: "built" },
    command: ["run", { expand: "$(A)" }],
    args: ["worker", { expand: "$(A)" }],
    workingDir: "/srv",
    env: { A: "1" },
    port: 80,
  },
  special: SPECIAL,
  db: {
    image: PINNED,
    port: 5432,
    replicas: 3,
    stateful: {
      podManagementPolicy: "Parallel",
      partition: 2,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Retain" },
      serviceName: "db-peers",
    },
    patches: { statefulSet: {}, headlessService: {} },
  },
  agent: {
    image: PINNED,
    port: 9100,
    everyNode: { maxUnavailable: "10%", maxSurge: 0 },
    patches: { daemonSet: {} },
  },
  nightly: {
    image: PINNED,
    schedule: {
      cron: "0 3 * * *",
      timeZone: "Europe/Berlin",
      concurrency: "Forbid",
      startingDeadlineSeconds: 60,
      history: { successful: 1, failed: 1 },
      activeDeadlineSeconds: 600,
      backoffLimit: 2,
      suspend: false,
      prove: "run",
    },
    patches: { cronJob: {} },
  },
  edge: { image: PINNED, ...EDGE },
  ...byName(ASKED, (_, asked) => ({ image: PINNED, ...asked })),
};

/** Manifests with every key that they can have, though not at a time. */
const POLICY = {
  admission: true,
  registries: ["ghcr.io"],
  waive: { "network-policies": { redis: { until: "9999-12-31", why: "a chart" } } },
  rules: { team: { kinds: ["Deployment"], check: "true", message: "no" } },
};
const MANIFESTS = {
  files: "deploy",
  kustomize: "deploy",
  chart: "shop",
  repository: "https://charts.example.com",
  version: "1.2.3",
  digest: DIGEST,
  values: { replicas: 2 },
  valuesFiles: ["values.yaml"],
  release: "shop",
  image: "acme/shop",
  outside: ["Namespace/other"],
  without: ["Secret/shop"],
  hooks: { "Job/migrate": "before" },
  awaitAddress: false,
};

/** A stack with every key that one can have; its services are others. */
const STACK = {
  cluster: { kubeconfig: "kubeconfig", context: "only", identifier: "ours" },
  registry: { repository: "registry.example.com/team", username: "robot", pullSecret: "pull" },
  registryPassword: "hunter2",
  namespace: "shop-prod",
  sealing: { controller: { namespace: "sealing", name: "controller" }, certificate: "certificate" },
  promoteFrom: {
    stack: "dev",
    repository: "registry.example.com/dev",
    soak: "1h",
    gates: ["acceptance"],
  },
  pins: { shop: { image: PINNED, commit: "9b1c0de", dirty: true } },
  former: {
    namespaces: ["shop-old"],
    credentials: ["jenkins/ci"],
    contexts: ["before"],
    identifiers: ["0123456789ab"],
    kubeconfigs: ["${BEFORE}", "/home/admin/config"],
    plugins: ["kubernetes@4.34.1"],
    prometheus: ["http://prometheus.monitoring:9090"],
    stacks: ["staging"],
  },
  jenkins: {
    apiServer: { cidr: "10.0.0.1/32", ports: [6443] },
    prefix: "ci",
    controller: { namespace: "jenkins", ports: [8080, 50000] },
    egress: EGRESS,
    lanes: {
      preview: { pods: 2, cpu: 4, memory: "8Gi", egress: EGRESS },
      build: { pods: 3, cpu: "1500m", memory: "1Gi", egress: EGRESS, images: [PINNED] },
      deploy: { pods: 1, cpu: "2", memory: "2Gi", egress: EGRESS },
    },
    longLivedTokens: true,
    launcherExec: true,
  },
  credentials: {
    payment: {
      format: "opaque",
      scope: "namespace-wide",
      backend: "sealed-secrets",
      keys: {
        KEY: { setting: "token", encoding: "base64" },
        RANDOM: { random: { length: 32, alphabet: "ab" } },
        OTHER: { stack: "other", output: "password" },
      },
    },
    ci: {
      format: "secretText",
      namespace: "jenkins",
      jenkins: { description: "d", scope: "system", keyBindings: { text: "KEY" } },
      keys: { KEY: { random: { length: 9 } } },
    },
    vault: {
      format: "secretText",
      backend: "external-secrets",
      store: { name: "vault", kind: "ClusterSecretStore" },
      refreshInterval: "1h30m",
      jenkins: { folders: ["team/shop"] },
      keys: { text: { remote: { key: "team/a", property: "p", version: "3" } } },
    },
  },
  services: {
    shop: {
      port: 80,
      credentials: ["payment"],
      env: { B: { credential: "payment", key: "KEY", optional: false } },
      envFrom: [{ credential: "payment", prefix: "P_" }],
      files: { "/etc/key": { credential: "payment", key: "KEY" } },
      folders: { "/etc/payment": { credential: "payment" } },
      initContainers: [
        {
          name: "init",
          credentials: ["payment"],
          env: { B: { credential: "payment", key: "KEY" } },
          envFrom: [{ credential: "payment" }],
        },
      ],
      sidecars: [
        {
          name: "sidecar",
          image: PINNED,
          credentials: ["payment"],
          env: { B: { credential: "payment", key: "KEY" } },
          envFrom: [{ credential: "payment" }],
        },
      ],
    },
  },
};

describe("right settings", () => {
  test("become a value with absolute paths", () => {
    const folder = folderWith(PROJECT);
    expect(parseSettings(stackConfig(VALID), { variables: {}, folder })).toEqual({
      cluster: { kubeconfig: `${folder}/kubeconfig`, context: "only", identifier: "d9cae0dbdbf0" },
      registry: { repository: "registry.example.com/team" },
      namespace: "shop-dev",
      namespaceExists: false,
      sealing: { controller: { namespace: "kube-system", name: "sealed-secrets-controller" } },
      credentials: {},
      services: { shop: { build: { context: `${folder}/shop` }, port: 8080 } },
    });
  });

  test("may be a pinned image without a registry", () => {
    const image = `registry.example.com/team/shop@${DIGEST}`;
    const { cluster, namespace } = VALID;
    const { registry, services } = settingsOf({
      cluster,
      namespace,
      services: { shop: { image, port: 80 } },
    });
    expect(registry).toBeUndefined();
    expect(services).toEqual({ shop: { image, port: 80 } });
  });

  test("write variables and build arguments as text, whatever YAML made of them", () => {
    const build = { context: "shop", args: { DEBUG: true, LEVEL: 3, NONE: "" } };
    const { services } = settingsOf({
      ...VALID,
      services: {
        shop: { build, port: 1, env: { ON: true, SHARE: 0.5, KEY: { secret: "s", key: "k" } } },
      },
    });
    expect(services["shop"]).toMatchObject({
      build: { args: { DEBUG: "true", LEVEL: "3", NONE: "" } },
      env: { ON: "true", SHARE: "0.5", KEY: { secret: "s", key: "k" } },
    });
  });

  test("take everything that a service can have, each key as it was written", () => {
    const folder = folderWith(PROJECT);
    const { services } = parseSettings(stackConfig({ ...VALID, services: SERVICES }), {
      variables: {},
      folder,
    });
    const { shop: full, ...others } = SERVICES;
    const { build, resources, ...shop } = full;
    const { limits } = resources;
    const { built } = SERVICES;
    expect(services).toEqual({
      shop: {
        ...shop,
        build: {
          ...build,
          context: `${folder}/shop`,
          dockerfile: `${folder}/recipes/Other`,
        },
        // Kubernetes' quantities are text.
        resources: { requests: { cpu: "1", memory: "1Gi" }, limits },
      },
      ...others,
      built: { ...built, build: { ...built.build, context: `${folder}/shop` } },
      special: { ...SPECIAL, build: { context: `${folder}/shop` } },
    });
  });

  test("take the services from a file, however many there are, and report what is wrong in it", () => {
    const services = Object.fromEntries(
      Array.from({ length: 2000 }, (_, index) => [`shop-${index}`, shop]),
    );
    const folder = folderWith({
      ...PROJECT,
      "services.yaml": stringify(services),
      "shared.yaml": `one: &one ${JSON.stringify(shop)}\ntwo: { <<: *one, port: 81 }\n`,
      "wrong.yml": "shop: { port: 99999 }",
      "misread.yaml": "shop: { image: x, port: 80, env: { VERSION: 1.10 } }",
      "broken.json": "{",
    });
    const surroundings = { variables: { STAGE: "services" }, folder };
    const read = (file: string) =>
      parseSettings(stackConfig({ ...VALID, services: file }), surroundings);
    const inPlace = parseSettings(stackConfig({ ...VALID, services }), surroundings);
    expect(read("services.yaml")).toEqual(inPlace);
    expect(read("./${STAGE}.yaml")).toEqual(inPlace);
    const { one, two } = read("shared.yaml").services;
    expect(two).toEqual({ ...one, port: 81 });
    expect(() => read("wrong.yml")).toThrow(
      "slipway:services.shop.port: got 99999; allowed: a whole number from 1 to 65535",
    );
    expect(() => read("misread.yaml")).toThrow(
      "slipway:services.shop.env.VERSION: got 1.10, which YAML reads as 1.1; allowed: a string as it is to arrive",
    );
    const allowed = "; allowed: a mapping of services by name, or the path of a YAML file with one";
    expect(() => read("gone.yaml")).toThrow(
      `slipway:services: got "gone.yaml"; file ${folder}/gone.yaml does not exist${allowed}`,
    );
    expect(() => read("${OTHER}.yaml")).toThrow(
      `slipway:services: got "\${OTHER}.yaml"; the variables OTHER are not set${allowed}`,
    );
    expect(() => read("broken.json")).toThrow(
      /^slipway:services: got "broken\.json"; .*broken\.json is not YAML \([^\n]*\); allowed: [^\n]*$/,
    );
  });

  test("take everything that a stack can have, each key as it was written", async () => {
    const folder = folderWith({ ...PROJECT, certificate: "PEM" });
    const secretKeys = ["registryPassword", "token"];
    const config = stackConfig({ ...STACK, token: "aHVudGVyMg==" }, secretKeys);
    const settings = parseSettings(config, { variables: {}, folder });
    const { registry, credentials, ...others } = settings;
    expect(others).toEqual({
      cluster: { kubeconfig: `${folder}/kubeconfig`, context: "only", identifier: "ours" },
      namespace: "shop-prod",
      namespaceExists: false,
      sealing: { controller: { namespace: "sealing", name: "controller" }, certificate: "PEM" },
      promoteFrom: {
        stack: "dev",
        repository: "registry.example.com/dev",
        soakSeconds: 3600,
        gates: ["acceptance"],
      },
      jenkins: {
        ...STACK.jenkins,
        lanes: {
          preview: { pods: 2, cpu: "4", memory: "8Gi", egress: EGRESS },
          build: { pods: 3, cpu: "1500m", memory: "1Gi", egress: EGRESS, images: [PINNED] },
          deploy: { pods: 1, cpu: "2", memory: "2Gi", egress: EGRESS },
        },
      },
      services: {
        shop: {
          ...STACK.services.shop,
          image: PINNED,
          origin: { commit: "9b1c0de", dirty: true },
        },
      },
    });
    const { password, ...login } = registry ?? {};
    expect(login).toEqual(STACK.registry);
    expect(password && (await valueOf(password))).toBe("hunter2");
    const { payment, ...written } = credentials;
    const { KEY, ...generated } = payment?.keys ?? {};
    expect({ ...payment, keys: generated }).toEqual({
      ...STACK.credentials.payment,
      keys: {
        RANDOM: { random: { length: 32, alphabet: "ab" } },
        OTHER: { stack: "other", output: "password" },
      },
    });
    expect(KEY).toMatchObject({ encoding: "base64" });
    const { ci, vault } = STACK.credentials;
    expect(written).toEqual({ ci, vault });
  });

  test("these two leave no key of the schema out", () => {
    const named = [
      "services",
      "services.*.env",
      "services.*.files",
      "services.*.folders",
      "services.*.volumes",
      "services.*.initContainers.env",
      "services.*.sidecars.env",
      "services.*.build.args",
      "services.*.build.labels",
      "services.*.build.secrets",
      "services.*.build.ssh",
      ...CHOSEN.map((at) => `services.*.${at}`),
      ...NAMED_IN_EDGE.map((path) => `services.*.${path}`),
      "pins",
    ];
    const ofCredentials = ["", ".*.keys", ".*.jenkins.keyBindings"].map((at) => `credentials${at}`);
    const existing = { namespace: { name: "team", exists: true } };
    const manifests = {
      services: { shop: { manifests: MANIFESTS } },
      extras: { redis: { ...MANIFESTS, allow: ["root"], ...said(VERDICT) } },
      groups: { pair: ["shop", "web"] },
      policy: POLICY,
    };
    const ofManifests = ["services.*.manifests", "extras.*"].flatMap((at) => [
      `${at}.values`,
      `${at}.hooks`,
    ]);
    const chosen = [
      ...named,
      ...ofCredentials,
      "extras",
      "groups",
      "policy.waive",
      "policy.waive.*",
      "policy.rules",
      ...ofManifests,
      ...CHOSEN_LABELS,
    ];
    const stacks = [{ services: SERVICES }, STACK, existing, manifests, MONITORED];
    const written = stacks.flatMap((settings) => valueKeys(settings, chosen));
    const known = schemaKeys(stackSchema({ variables: {}, folder: "/" }));
    expect(known.filter((key) => !written.includes(key))).toEqual([
      "jenkins.apiServer.namespace",
      // What is asked of a gate, which test/unit/gate-settings.test.ts has.
      "promoteFrom.gates.*.kind",
      "promoteFrom.gates.*.signedBy",
      "promoteFrom.gates.*.within",
      // A secret of the stack's, which a test of the builds has.
      "services.*.build.secrets.*.setting",
      // What makes a stack a pool, which has no services: test/unit/trial-settings.test.ts has it.
      ...known.filter((key) => key === "trial" || key.startsWith("trial.")),
    ]);
    expect(written.filter((key) => !known.includes(key))).toEqual([]);
  });
});

describe("the environment", () => {
  test("stands in for ${NAME} in paths, addresses and build arguments", () => {
    const { registry, services } = settingsOf(
      {
        ...VALID,
        registry: { repository: "${HOST}/team" },
        services: {
          shop: { build: { context: "${WHERE}", args: { BASE: "a/${WHERE}:1" } }, port: 1 },
        },
      },
      { variables: { HOST: "localhost:5000", WHERE: "shop" } },
    );
    expect(registry?.repository).toBe("localhost:5000/team");
    expect(services["shop"]).toMatchObject({ build: { args: { BASE: "a/shop:1" } } });
  });

  test("is left alone in what the container gets", () => {
    const { services } = settingsOf({
      ...VALID,
      services: { shop: { ...shop, env: { A: "${HOME}" } } },
    });
    expect(services["shop"]?.env).toEqual({ A: "${HOME}" });
  });

  test.each(["", undefined])(
    "that lacks a variable is told with its name and its key (%j)",
    (value) => {
      const [fault, ...others] = faultsOf(
        { ...VALID, registry: { repository: "${HOST}/team" } },
        { variables: value === undefined ? {} : { HOST: value } },
      );
      expect(others).toEqual([]);
      expect(fault).toBe(
        'slipway:registry.repository: got "${HOST}/team"; the environment variable HOST is not set; set it, or write the value here',
      );
    },
  );

  test("gives ~ its meaning", () => {
    const home = folderWith({ kubeconfig: KUBECONFIG });
    const { cluster } = settingsOf(
      { ...VALID, cluster: { kubeconfig: "~/kubeconfig" } },
      { variables: { HOME: home } },
    );
    expect(cluster.kubeconfig).toBe(`${home}/kubeconfig`);
  });
});

describe("the cluster", () => {
  const two = KUBECONFIG.replace(
    "contexts: [",
    "current-context: only\ncontexts: [{ name: other, context: { cluster: c, user: u } }, ",
  );

  test("is never the one that kubectl happens to use", () => {
    expect(faultsOf(VALID, { files: { ...PROJECT, kubeconfig: two } })).toEqual([
      expect.stringMatching(
        /^slipway:cluster\.context: missing; allowed: one of other, only in .*; set the context/,
      ),
    ]);
  });

  test("is the context that the settings name, which must be there", () => {
    const of = (context: string) => ({ ...VALID, cluster: { kubeconfig: "kubeconfig", context } });
    const files = { ...PROJECT, kubeconfig: two };
    expect(settingsOf(of("other"), { files }).cluster.context).toBe("other");
    expect(faultsOf(of("absent"), { files })).toEqual([
      expect.stringContaining('slipway:cluster.context: got "absent"; allowed: one of other, only'),
    ]);
  });

  test("is known by its certificate authority, by its address where it has none, or as the settings say", () => {
    const data = Buffer.from(AUTHORITY).toString("base64");
    const embedded = KUBECONFIG.replace("QUJD", data);
    const identifierOf = (kubeconfig: string, cluster = {}) =>
      settingsOf(
        { ...VALID, cluster: { kubeconfig: "kubeconfig", ...cluster } },
        { files: { ...PROJECT, kubeconfig, "ca.crt": AUTHORITY } },
      ).cluster.identifier;
    const byAuthority = identifierOf(embedded);
    expect(identifierOf(embedded.replace("10.0.0.1", "10.0.0.2"))).toBe(byAuthority);
    expect(identifierOf(KUBECONFIG.replace("QUJD", "WFla"))).not.toBe(byAuthority);
    expect(identifierOf(withFiles("certificate-authority: ca.crt"))).toBe(byAuthority);
    const bare = KUBECONFIG.replace(", certificate-authority-data: QUJD", "");
    for (const none of ['""', "null"]) {
      const empty = KUBECONFIG.replace("QUJD", none);
      expect(identifierOf(empty)).toBe(identifierOf(bare));
      const authority = `certificate-authority: ca.crt, certificate-authority-data: ${none}`;
      expect(identifierOf(withFiles(authority))).toBe(byAuthority);
    }
    const rewritten = [
      `${AUTHORITY}\n`,
      AUTHORITY.trim(),
      AUTHORITY.replaceAll("\n", "\r\n"),
      `# the authority\n${AUTHORITY}`,
      `${AUTHORITY}# the end`,
      AUTHORITY + AUTHORITY,
    ];
    for (const text of rewritten) {
      const same = Buffer.from(text).toString("base64");
      expect(identifierOf(KUBECONFIG.replace("QUJD", same))).toBe(byAuthority);
    }
    expect(byAuthority).toBe(createHash("sha256").update(data).digest("hex").slice(0, 12));
    expect(identifierOf(bare)).not.toBe(identifierOf(bare.replace("10.0.0.1", "10.0.0.2")));
    expect(identifierOf(KUBECONFIG, { identifier: "ours" })).toBe("ours");
  });

  test("says what a stack of before may know the same cluster by, if it is anything else", () => {
    const clusterOf = (data: string, cluster = {}) =>
      settingsOf(
        { ...VALID, cluster: { kubeconfig: "kubeconfig", ...cluster } },
        { files: { ...PROJECT, kubeconfig: KUBECONFIG.replace("QUJD", data) } },
      ).cluster;
    const encoded = (text: string) => Buffer.from(text).toString("base64");
    const hash = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 12);
    expect(clusterOf(encoded(AUTHORITY)).formerIdentifiers).toBeUndefined();
    expect(clusterOf("QUJD").formerIdentifiers).toBeUndefined();
    expect(clusterOf("null").formerIdentifiers).toBeUndefined();
    expect(clusterOf('""').formerIdentifiers).toEqual([hash("")]);

    const windows = encoded(AUTHORITY.replaceAll("\n", "\r\n"));
    expect(clusterOf(windows)).toMatchObject({
      identifier: hash(encoded(AUTHORITY)),
      formerIdentifiers: [hash(windows)],
    });
    expect(clusterOf(windows, { identifier: "ours" }).formerIdentifiers).toBeUndefined();

    const pair = [AUTHORITY, OTHER_AUTHORITY] as const;
    const orders = [pair, pair.toReversed(), [...pair, AUTHORITY]].map((all) => all.join(""));
    const clusters = orders.map((text) => clusterOf(encoded(text)));
    expect(new Set(clusters.map(({ identifier }) => identifier)).size).toBe(1);
    expect(clusters[0]?.identifier).not.toBe(hash(encoded(AUTHORITY)));
    clusters.forEach(({ identifier, formerIdentifiers = [] }, index) => {
      expect([identifier, ...formerIdentifiers]).toContain(hash(encoded(orders[index] ?? "")));
    });
  });

  test.each([
    ["that is no YAML", "contexts: [not-for-any-log"],
    ["without contexts", "token: not-for-any-log"],
    ["that is empty", ""],
  ])("cannot be had from a kubeconfig %s, whose content is not shown", (_, kubeconfig) => {
    const faults = faultsOf(VALID, { files: { ...PROJECT, kubeconfig } });
    expect(faults).toEqual([
      expect.stringMatching(
        /^slipway:cluster\.kubeconfig: got "kubeconfig"; .* cannot be read as a kubeconfig/,
      ),
    ]);
    expect(faults.join()).not.toContain("not-for-any-log");
  });

  test("cannot be had where the context's cluster is not in the file", () => {
    const kubeconfig = KUBECONFIG.replace("context: { cluster: c", "context: { cluster: gone");
    expect(faultsOf(VALID, { files: { ...PROJECT, kubeconfig } })).toHaveLength(1);
  });

  describe("with a file that its kubeconfig names", () => {
    const files = {
      ...PROJECT,
      "ca.crt": AUTHORITY,
      "client.crt": AUTHORITY,
      "client.key": KEY,
      token: "not-for-any-log\n",
      "broken.pem": AUTHORITY.replace(/\nMII.*/, "\nnot-for-any-log"),
      empty: "\n",
      "folder/file": "",
    };
    const cluster = "certificate-authority: ca.crt";
    const user = "client-certificate: client.crt, client-key: client.key, tokenFile: token";
    const told = (kubeconfig: string): string[] => {
      const namespace = "UPPER";
      const faults = faultsOf({ ...VALID, namespace }, { files: { ...files, kubeconfig } });
      expect(faults.pop()).toMatch(/^slipway:namespace: got "UPPER"/);
      expect(faults.join()).not.toContain("not-for-any-log");
      return faults;
    };

    test("is taken where each file is what it should be, also a key behind its parameters", () => {
      expect(told(withFiles(cluster, user))).toEqual([]);
      const parameters =
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
      expect(
        faultsOf(VALID, {
          files: { ...files, "client.key": parameters + KEY, kubeconfig: withFiles(cluster, user) },
        }),
      ).toEqual([]);
    });

    test.each([
      ["certificate-authority", "gone", "file .* does not exist"],
      ["certificate-authority", "folder", "is not a file"],
      ["certificate-authority", "broken.pem", "holds something else"],
      ["certificate-authority", "client.key", "holds something else"],
      ["client-certificate", "gone", "file .* does not exist"],
      ["client-certificate", "empty", "holds something else"],
      ["client-key", "gone", "file .* does not exist"],
      ["client-key", "client.crt", "holds something else"],
      ["tokenFile", "gone", "file .* does not exist"],
      ["tokenFile", "folder", "is not a file"],
      ["tokenFile", "empty", "holds something else"],
    ])("is one fault among the others: %s: %s (%s)", (key, file, reason) => {
      const replace = (text: string): string =>
        text.replace(new RegExp(`${key}: [^,]*`), `${key}: ${file}`);
      expect(told(withFiles(replace(cluster), replace(user)))).toEqual([
        expect.stringMatching(
          new RegExp(
            `^slipway:cluster\\.kubeconfig: got "kubeconfig"; its ${key}: .*${reason}.*; allowed: a file with .*; correct the path in /.*/kubeconfig, or the file$`,
          ),
        ),
      ]);
    });

    test("tells all of them, and of no other context's", () => {
      const gone = withFiles("certificate-authority: a", "client-key: b, tokenFile: c");
      expect(told(gone).map((line) => /its ([-\w]+):/.exec(line)?.[1])).toEqual([
        "certificate-authority",
        "client-key",
        "tokenFile",
      ]);
      const other = KUBECONFIG.replace("users: [", "users: [{ name: o, user: { tokenFile: c } }, ");
      expect(told(other)).toEqual([]);
    });
  });

  test.each([
    ["a folder", "shop", /is not a file; allowed/],
    ["a link to itself", "loop", /cannot be read \(ELOOP\); allowed/],
    ["no path at all", "a\0b", /cannot be read \(ERR_INVALID_ARG_VALUE\); allowed/],
    ["a name longer than any", "x".repeat(300), /cannot be read \(ENAMETOOLONG\); allowed/],
  ])("cannot be had from %s, which is one fault", (_, kubeconfig, reason) => {
    const folder = folderWith(PROJECT);
    symlinkSync("loop", `${folder}/loop`);
    const settings = stackConfig({ ...VALID, cluster: { kubeconfig } });
    expect(() => parseSettings(settings, { variables: {}, folder })).toThrow(
      expect.objectContaining({ message: expect.stringMatching(reason) as string }) as Error,
    );
    expect(() => parseSettings(settings, { variables: {}, folder })).toThrow(
      /^slipway:cluster\.kubeconfig: got [^\n]*$/,
    );
  });

  test("cannot be had from a file that may not be read", () => {
    const folder = folderWith(PROJECT);
    chmodSync(folder, 0o755);
    chmodSync(`${folder}/kubeconfig`, 0);
    // Root may read everything.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) {
      process.seteuid?.(65534);
    }
    try {
      expect(() => parseSettings(stackConfig(VALID), { variables: {}, folder })).toThrow(
        `slipway:cluster.kubeconfig: got "kubeconfig"; ${folder}/kubeconfig cannot be read (EACCES); allowed: the path of a kubeconfig file`,
      );
    } finally {
      if (isRoot) {
        process.seteuid?.(0);
      }
    }
  });

  test("cannot be had without a file", () => {
    expect(faultsOf({ ...VALID, cluster: { kubeconfig: "gone" } })).toEqual([
      expect.stringMatching(
        /^slipway:cluster\.kubeconfig: got "gone"; file .*gone does not exist; allowed: the path of a kubeconfig/,
      ),
    ]);
    expect(faultsOf({ ...VALID, cluster: {} })).toEqual([
      expect.stringMatching(/^slipway:cluster\.kubeconfig: missing/),
    ]);
  });
});

describe("secrets", () => {
  const login = { ...VALID, registry: { repository: "r.example.com/t", username: "robot" } };

  test("the registry's password stays a secret", async () => {
    const { registry } = settingsOf(
      { ...login, registryPassword: "hunter2" },
      { secretKeys: ["registryPassword"] },
    );
    expect(registry?.password && (await pulumi.isSecret(registry.password))).toBe(true);
    expect(registry?.password && (await valueOf(registry.password))).toBe("hunter2");
  });

  test("a password in clear is refused and not repeated", () => {
    const faults = faultsOf({ ...login, registryPassword: "hunter2" });
    expect(faults).toEqual([
      expect.stringContaining("pulumi config set --secret slipway:registryPassword"),
    ]);
    expect(faults.join()).not.toContain("hunter2");
  });

  test("a secret anywhere else would end in clear, so it is refused and not repeated", () => {
    const services = { shop: { ...shop, port: "hunter2", env: { A: "hunter2" } } };
    const faults = faultsOf({ ...VALID, services }, { secretKeys: ["services"] });
    expect(faults).toEqual([
      expect.stringMatching(/^slipway:services: got a secret.*\{setting: name\}/),
    ]);
    expect(faults.join()).not.toContain("hunter2");
  });

  test("user and password go together", () => {
    expect(faultsOf(login)).toEqual([expect.stringMatching(/^slipway:registryPassword: missing/)]);
    expect(
      faultsOf({ ...VALID, registryPassword: "x" }, { secretKeys: ["registryPassword"] }),
    ).toEqual([expect.stringMatching(/^slipway:registry\.username: missing/)]);
  });

  test("a password that is not set is what Pulumi.yaml's default makes of it", () => {
    expect(faultsOf({ ...VALID, registryPassword: "" })).toEqual([]);
  });
});

describe("a number of a service", () => {
  const { build } = shop;
  const web = { build, port: 80 };
  test.each<[string, number, number, (value: number) => object]>([
    ["port", 1, 65535, (port) => ({ port })],
    ["replicas", 1, 5000, (replicas) => ({ replicas })],
    ["autoscale.min", 1, 5000, (min) => ({ autoscale: { min, max: 5000 } })],
    ["autoscale.max", 1, 5000, (max) => ({ autoscale: { min: 1, max } })],
    ["autoscale.cpu", 1, 100, (cpu) => ({ autoscale: { min: 1, max: 2, cpu } })],
    ["user", 1, 2147483647, (user) => ({ user })],
    ["deadlineSeconds", 5, 3600, (deadlineSeconds) => ({ deadlineSeconds })],
    ["timeoutSeconds", 5, 86400, (timeoutSeconds) => ({ timeoutSeconds })],
    ["warmupSeconds", 1, 3600, (warmupSeconds) => ({ warmupSeconds })],
    ["settleSeconds", 0, 600, (settleSeconds) => ({ settleSeconds, deadlineSeconds: 3600 })],
    ["tolerate.restarts", 0, 20, (restarts) => ({ tolerate: { restarts } })],
    [
      "tolerate.unschedulableSeconds",
      0,
      3600,
      (unschedulableSeconds) => ({ tolerate: { unschedulableSeconds } }),
    ],
    ["tolerate.probeSeconds", 0, 3600, (probeSeconds) => ({ tolerate: { probeSeconds } })],
    ["tolerate.configSeconds", 0, 3600, (configSeconds) => ({ tolerate: { configSeconds } })],
    ["tolerate.registrySeconds", 0, 3600, (registrySeconds) => ({ tolerate: { registrySeconds } })],
    ["drainSeconds", 0, 300, (drainSeconds) => ({ drainSeconds })],
    ["stopSeconds", 1, 3600, (stopSeconds) => ({ stopSeconds })],
  ])("%s is a whole number from %d to %d", (key, least, most, settings) => {
    const told = (value: number): string[] =>
      faultsOf({ ...VALID, services: { shop: { ...web, ...settings(value) } } });
    expect([...told(least), ...told(most)]).toEqual([]);
    for (const value of [least - 1, most + 1, least + 0.5]) {
      const [fault, ...others] = told(value).filter((line) => line.includes("a whole number"));
      expect([fault?.split(": ")[0], others]).toEqual([`slipway:services.shop.${key}`, []]);
      expect(fault).toContain(`got ${value}; allowed: a whole number from ${least} to ${most}`);
    }
  });
});

describe("a fault of a service", () => {
  test.each<[string, object, RegExp]>([
    [
      "a port out of range",
      { port: 99999 },
      /shop\.port: got 99999; allowed: a whole number from 1 to 65535; use the port/,
    ],
    ["a port as text", { port: "80" }, /shop\.port: got "80"; allowed/],
    ["half a pod", { replicas: 1.5 }, /shop\.replicas: got 1.5; allowed: a whole number from 1/],
    [
      "an unknown key",
      { replicsa: 3 },
      /shop\.replicsa: unknown key; allowed: replicas, (?:\w+, ){6}\w+ and \d\d more, which docs\/settings\.md lists; did you mean replicas\?$/m,
    ],
    [
      "an unknown key like none",
      { zzzzzz: 3 },
      /shop\.zzzzzz: unknown key; .*; remove it; a field of Kubernetes that has no key goes under pod or patches$/m,
    ],
    [
      "a field of Kubernetes that has another name here",
      { livenessProbe: {} },
      /shop\.livenessProbe: unknown key; .*; say it with probes$/m,
    ],
    [
      "such a field of a sidecar, which has less",
      { sidecars: [{ name: "proxy", securityContext: {} }] },
      /shop\.sidecars\[0\]\.securityContext: unknown key; .*; say it with user$/m,
    ],
    [
      "times by themselves",
      { port: undefined, schedule: "0 3 * * *" },
      /shop\.schedule: got "0 3 \* \* \*"; allowed: a mapping with cron, such as \{cron: "0 3 \* \* \*"\}/,
    ],
    [
      "a tag in place of a pin",
      { build: undefined, image: "nginx:1.27" },
      /shop\.image: got "nginx:1.27"; allowed: repository@sha256/,
    ],
    [
      "a tag beside the digest",
      { build: undefined, image: `nginx:1@${DIGEST}` },
      /shop\.image: got "nginx:1@sha/,
    ],
    [
      "two sources",
      { image: `nginx@${DIGEST}` },
      /shop\.image: got .*; allowed: either build or image/,
    ],
    ["no source", { build: undefined }, /shop: neither build nor image/],
    [
      "an absent context",
      { build: { context: "gone" } },
      /shop\.build\.context: got "gone"; folder .* does not exist/,
    ],
    [
      "a file as context",
      { build: { context: "kubeconfig" } },
      /shop\.build\.context: got "kubeconfig"; .* is not a folder/,
    ],
    [
      "an absent Dockerfile",
      { build: { context: "shop", dockerfile: "gone" } },
      /shop\.build\.dockerfile: got "gone"; file .* does not exist/,
    ],
    [
      "a context without Dockerfile",
      { build: { context: "recipes" } },
      /shop\.build\.dockerfile: missing; .* has no Dockerfile/,
    ],
    [
      "a request above its limit",
      { resources: { requests: { cpu: 2 }, limits: { cpu: "500m" } } },
      /requests\.cpu: got 2; allowed: at most limits\.cpu, which is 500m/,
    ],
    [
      "a path with a query",
      { health: "/a%20b?x=1" },
      /shop\.health: got "\/a%20b\?x=1"; allowed: a path such as \/healthz, which begins with \/ and has no query \(\?\), no fragment \(#\) and no space$/,
    ],
    [
      "an amount that is none",
      { resources: { limits: { memory: "lots" } } },
      /limits\.memory: got "lots"; allowed: a quantity/,
    ],
    [
      "memory in thousandths of a byte",
      { resources: { limits: { memory: "128m" } } },
      /limits\.memory: got "128m"; allowed: at least 1Mi, and this is less \(m is a thousandth\); write 128Mi or 128Gi$/,
    ],
    [
      "memory without a unit",
      { resources: { requests: { memory: 512 } } },
      /requests\.memory: got "?512"?; allowed: at least 1Mi, and this is less; write 512Mi or 512Gi$/,
    ],
    [
      "hundreds of cores",
      { resources: { limits: { cpu: 500 } } },
      /limits\.cpu: got "?500"?; allowed: less than 100 cores, or thousandths of one with the unit m; write 500m, or 500000m if so many cores are meant$/,
    ],
    [
      "an amount of nothing",
      { resources: { limits: { memory: 0 } } },
      /limits\.memory: got 0; allowed: a quantity above 0/,
    ],
    [
      "a migration by no program",
      { migrate: { command: [" "] } },
      /shop\.migrate\.command\[0\]: got " "; allowed: the path of a program in the image, such as/,
    ],
    [
      "a migration by a command line",
      { migrate: { command: ["npm run migrate"] } },
      /shop\.migrate\.command\[0\]: got "npm run migrate"; allowed: the name or path of a program, .*; write \["npm","run","migrate"\], or/,
    ],
    [
      "a migration by a program whose path goes on in the next line",
      { migrate: { command: ["/app/migrate\n", "up"] } },
      /shop\.migrate\.command\[0\]: got "\/app\/migrate\\n"; allowed: the name or path of a program, .*; write \["\/app\/migrate"\], or/,
    ],
    [
      "a migration with a character that ends texts",
      { migrate: { command: ["/app/migrate", "u\0p"] } },
      /shop\.migrate\.command\[1\]: got "u\\u0000p"; allowed: a string without NUL, which no process can get$/,
    ],
    [
      "a migration whose text names a variable",
      { env: { V: "1" }, migrate: { command: ["/app/migrate", "$(V)"] } },
      /shop\.migrate\.command\[1\]: got "\$\(V\)"; allowed: text without \$\(NAME\) of another variable; write \{expand/,
    ],
    [
      "a variable with a character that ends texts",
      { env: { A: "a\0" } },
      /shop\.env\.A: got "a\\u0000"; allowed: a string without NUL, which no process can get$/,
    ],
    [
      "an expansion with a character that ends texts",
      { env: { A: { expand: "a\0" } } },
      /shop\.env\.A\.expand: got "a\\u0000"; allowed: /,
    ],
    [
      "an image of a registry in upper case",
      { build: undefined, image: `Registry.example.com/shop@sha256:${"a".repeat(64)}` },
      /shop\.image: got "Registry\.example\.com\/shop@sha256:a+…; allowed: a registry in lower case; write registry\.example\.com\/shop@sha256:a{64}$/,
    ],
    [
      "replicas beside an autoscaler",
      { replicas: 3, autoscale: { min: 1, max: 2 } },
      /shop\.replicas: got 3; allowed: either replicas or autoscale/,
    ],
    [
      "pods that settle for as long as the deadline",
      { settleSeconds: 120 },
      /shop\.settleSeconds: got 120; allowed: less than deadlineSeconds, which is 120; lower it, or/,
    ],
    [
      "pods that settle for longer than the whole wait",
      { settleSeconds: 60, timeoutSeconds: 30 },
      /shop\.settleSeconds: got 60; allowed: less than timeoutSeconds, which is 30; lower it, or/,
    ],
    [
      "pods that settle for hours",
      { settleSeconds: 601, deadlineSeconds: 3600 },
      /shop\.settleSeconds: got 601; allowed: .* from 0 to 600; for longer, let a promotion wait/,
    ],
    [
      "pods that settle for hours, which is also longer than the deadline",
      { settleSeconds: 700 },
      /shop\.settleSeconds: got 700; allowed: .* from 0 to 600; for longer, let a promotion wait/,
    ],
    [
      "bounds upside down",
      { autoscale: { min: 3, max: 2 } },
      /autoscale\.min: got 3; allowed: at most autoscale\.max, which is 2/,
    ],
    [
      "a host with a scheme",
      { ingress: { host: "https://a.example.com" } },
      /ingress\.host: got "https:\/\/a.example.com"; allowed: a host name/,
    ],
    ["no host", { ingress: {} }, /ingress\.host: missing; allowed: a host name/],
    [
      "a name of a variable",
      { env: { "1A": "x" } },
      /env\.1A: got "1A"; allowed: the name of an environment variable/,
    ],
    ["a variable of a wrong kind", { env: { A: ["x"] } }, /env\.A: got \["x"\]; allowed: a string/],
    [
      "a relative file",
      { files: { "etc/a": "x" } },
      /files\["etc\/a"\]: got "etc\/a"; allowed: an absolute path/,
    ],
    ["a path that climbs", { files: { "/etc/../a": "x" } }, /files\["\/etc\/..\/a"\]/],
    [
      "a file that is a writable folder",
      { files: { "/a": "x" }, writable: ["/a"] },
      /files\["\/a"\]: is a writable folder, too/,
    ],
    [
      "a folder twice",
      { writable: ["/a", "/a"] },
      /writable: got "\/a"; allowed: each folder once/,
    ],
    [
      "files too large for a ConfigMap",
      { files: { "/a": "x".repeat(1 << 21) } },
      /files: got 2097152 bytes; allowed: at most 1048576 bytes/,
    ],
    ["root", { user: 0 }, /shop\.user: got 0; allowed: .*; 0 is root/],
    [
      "a destination of two kinds",
      { egress: [{ cidr: "10.0.0.0/8", namespace: "db" }] },
      /egress\[0\]: got .*; allowed: \{cidr/,
    ],
    ...[0, 65536, "53", "53/udp", "0/UDP", "65536/UDP", "053/UDP"].map(
      (port): [string, object, RegExp] => [
        `a port of a destination that is none, ${String(port)}`,
        { egress: [{ cidr: "10.0.0.0/8", ports: [port] }] },
        /^slipway:services\.shop\.egress\[0\]\.ports\[0\]: got .*; allowed: a whole number from 1 to 65535, with \/UDP behind it for UDP/,
      ],
    ),
    [
      "a destination without a port",
      { egress: [{ cidr: "10.0.0.0/8", ports: [] }] },
      /egress\[0\]\.ports: got \[\]; allowed: at least one port; leave ports out to allow all of them/,
    ],
    ...[
      "10.0.0.0/33",
      "10.0.0.0/08",
      "010.0.0.0/8",
      "fe80::1%eth0/64",
      "2001:db8::/032",
      "::/129",
    ].map((cidr): [string, object, RegExp] => [
      `a block that is none, ${cidr}`,
      { egress: [{ cidr }] },
      new RegExp(
        `^slipway:services\\.shop\\.egress\\[0\\]\\.cidr: got "${cidr.replaceAll(".", "\\.")}"; allowed: a block of addresses such as`,
      ),
    ]),
    [
      "a path without a slash",
      { health: "healthz" },
      /shop\.health: got "healthz"; allowed: a path such as \/healthz/,
    ],
    [
      "a platform",
      { build: { context: "shop", platform: "amd64" } },
      /build\.platform: got "amd64"; allowed: a platform such as/,
    ],
  ])("%s is told by its path, its value and what is allowed", (_, change, expected) => {
    const [fault, ...others] = faultsOfShop(change);
    expect(others).toEqual([]);
    expect(fault).toMatch(expected);
    expect(fault).toMatch(/^slipway:services\.shop/);
    expect(fault).not.toMatch(/\.$|Invalid input/);
  });

  test.each(["Shop", "-shop", "shop-", "1shop", "a.b", "a".repeat(64)])(
    "the name %s is refused",
    (name) => {
      const [fault, ...others] = faultsOf({ ...VALID, services: { [name]: shop } });
      expect(others).toEqual([]);
      expect(fault).toContain(`got ${JSON.stringify(name)}; allowed: 1 to 63 lower-case letters`);
    },
  );

  test("that is no mapping is told as such", () => {
    expect(faultsOf({ ...VALID, services: { shop: 5 } })).toEqual([
      "slipway:services.shop: got 5; allowed: a mapping with either build or image, and as needed a port",
    ]);
  });
});

describe("a fault of the stack", () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      "a former namespace that none can have",
      { former: { namespaces: ["Old"] } },
      /^slipway:former\.namespaces\[0\]: got "Old"; allowed: 1 to 63 lower-case letters/,
    ],
    [
      "a former plugin that the program never had",
      { former: { plugins: ["command@1.0.0"] } },
      /^slipway:former\.plugins\[0\]: got "command@1\.0\.0"; allowed: a plugin and its version such as kubernetes@4\.34\.2$/,
    ],
    [
      "a former kubeconfig without its folder",
      { former: { kubeconfigs: ["kubeconfig"] } },
      /^slipway:former\.kubeconfigs\[0\]: got "kubeconfig"; allowed: an absolute path or a variable/,
    ],
    [
      "an unknown kind of what was before",
      { former: { namespace: ["old"] } },
      /^slipway:former\.namespace: unknown key; allowed: namespaces, credentials, .* did you mean namespaces\?$/,
    ],
    ["an unknown key", { servces: {} }, /^slipway:servces: unknown key; .*did you mean services\?/],
    ["no namespace", { namespace: "" }, /^slipway:namespace: missing; allowed: 1 to 63/],
    [
      "a namespace of the cluster's",
      { namespace: "kube-system" },
      /^slipway:namespace: got "kube-system"; allowed: a namespace of the stack's own/,
    ],
    ["no services", { services: {} }, /^slipway:services: missing; allowed: at least one service/],
    [
      "services as text",
      { services: "shop" },
      /^slipway:services: got "shop"; allowed: a mapping of services/,
    ],
    [
      "no registry to push to",
      { registry: {} },
      /^slipway:registry\.repository: missing; needed to push what is built for shop/,
    ],
    [
      "a registry with a scheme",
      { registry: { repository: "https://r.example.com/t" } },
      /^slipway:registry\.repository: got "https:/,
    ],
    [
      "a build that is a word",
      { services: { shop: { build: "shop", port: 8080 } } },
      /^slipway:services\.shop\.build: got "shop"; allowed: a mapping with the context/,
    ],
    [
      "an empty build context",
      { services: { shop: { build: { context: "" }, port: 8080 } } },
      /^slipway:services\.shop\.build\.context: missing; allowed: the folder of the build/,
    ],
    [
      "nobody who may connect",
      { services: { shop: { ...VALID.services.shop, ports: { m: { port: 9090, from: "" } } } } },
      /^slipway:services\.shop\.ports\.m\.from: missing; allowed: a list of who may connect$/,
    ],
    [
      "a folder whose name would turn the line around, or go on in the next one",
      { services: { shop: { build: { context: "a\u202eb\n\0c" }, port: 8080 } } },
      /^slipway:services\.shop\.build\.context: got "a\\u202eb\\n\\u0000c"; \S*\/a\\u202eb\\n\\u0000c cannot be read/,
    ],
    [
      "a folder with a name of thousands of letters",
      { services: { shop: { build: { context: "x".repeat(5000) }, port: 8080 } } },
      /^.{0,600}$/,
    ],
    [
      "a path below a volume that no system has",
      {
        services: {
          shop: { ...VALID.services.shop, volumes: { "/a": { claim: "data", subPath: "a\0b" } } },
        },
      },
      /^slipway:services\.shop\.volumes\["\/a"\]\.subPath: got "a\\u0000b"; allowed: a path /,
    ],
    [
      "a registry with a tag",
      { registry: { repository: "r.example.com/t:1" } },
      /^slipway:registry\.repository: got/,
    ],
    [
      "a registry in upper case, which nobody logs in to and no policy knows",
      { registry: { repository: "R.Example.com/t" } },
      /^slipway:registry\.repository: got "R\.Example\.com\/t"; allowed: a registry in lower case; write r\.example\.com\/t$/,
    ],
  ])("%s is told by its path and what is allowed", (_, change, expected) => {
    const [fault, ...others] = faultsOf({ ...VALID, ...change });
    expect(others).toEqual([]);
    expect(fault).toMatch(expected);
  });

  test("a stack without any settings is told all that it needs", () => {
    const faults = faultsOf({
      cluster: {},
      registry: {},
      registryPassword: "",
      namespace: "",
      services: {},
    });
    expect(faults.map((line) => line.split(": ")[0])).toEqual([
      "slipway:cluster.kubeconfig",
      "slipway:namespace",
      "slipway:services",
    ]);
  });
});

test("all faults are told at once, in order, under a line that counts them", () => {
  const settings = {
    cluster: { kubeconfig: "gone", contxt: "a" },
    registry: { repository: "${UNSET}" },
    namespace: "UPPER",
    nmaespace: "a",
    services: {
      Bad_Name: { image: "nginx:latest", port: 0 },
      shop: { ...shop, replicas: 0, autoscale: { min: 2, max: 1 } },
    },
  };
  expect(() => settingsOf(settings)).toThrow(
    "11 faults in the stack's settings\n  slipway:cluster.contxt",
  );
  expect(faultsOf(settings).map((line) => line.split(": ")[0])).toEqual([
    "slipway:cluster.contxt",
    "slipway:cluster.kubeconfig",
    "slipway:namespace",
    "slipway:nmaespace",
    "slipway:registry.repository",
    "slipway:services.Bad_Name",
    "slipway:services.Bad_Name.image",
    "slipway:services.Bad_Name.port",
    "slipway:services.shop.autoscale.min",
    "slipway:services.shop.replicas",
    "slipway:services.shop.replicas",
  ]);
});

test("a long value is cut, so that the remedy stays in sight", () => {
  const [fault] = faultsOfShop({ health: "x".repeat(5000) });
  expect(fault?.length).toBeLessThan(250);
});

describe("a build context", () => {
  const withPipe = (files: Readonly<Record<string, string>> = {}) => {
    const folder = folderWith({ ...PROJECT, ...files });
    execFileSync("mkfifo", [join(folder, "shop/pipe")]);
    return () => parseSettings(stackConfig(VALID), { variables: {}, folder });
  };

  test("with something that is no file is refused before anything is registered", () => {
    expect(withPipe()).toThrow(
      /^slipway:services\.shop\.build\.context: got "shop"; \/.*\/shop\/pipe is neither file, folder nor link; remove it, or add it to .dockerignore$/,
    );
  });

  test("may have it where .dockerignore leaves it out", () => {
    expect(withPipe({ "shop/.dockerignore": "pipe" })).not.toThrow();
  });
});

describe("two services at one address", () => {
  const at = (ingress: object, other: object) =>
    faultsOf({
      ...VALID,
      services: { shop: { ...shop, ingress }, web: { ...shop, ingress: other } },
    });
  const host = "shop.example.com";

  test.each([
    [{ host }, { host }],
    [{ host }, { host, path: "/" }],
    [
      { host, path: "/a" },
      { host, path: "/a/" },
    ],
  ])("%j and %j are refused", (one, other) => {
    expect(at(one, other)).toEqual([
      expect.stringMatching(
        /^slipway:services\.web\.ingress(\.path)?: (got "\/.*"|missing); services\.shop has this path of shop\.example\.com, too; allowed: each path of a host once; give one of them another path or host$/,
      ),
    ]);
  });

  test.each([
    [{ host }, { host, path: "/api" }],
    [{ host }, { host: "web.example.com" }],
    [
      { host, class: "public" },
      { host, class: "internal" },
    ],
  ])("%j and %j are told apart", (one, other) => {
    expect(at(one, other)).toEqual([]);
  });
});

describe("a number that YAML reads as another one", () => {
  const settings = (port: string, env: string) => `config:
  slipway:cluster: { kubeconfig: kubeconfig }
  slipway:registry: { repository: registry.example.com/team }
  slipway:namespace: shop-dev
  slipway:services:
    shop:
      build: { context: shop }
      port: ${port}
      env: { ID: ${env} }
`;
  /** By default as the engine has read it: numbers are those of YAML 1.1. */
  const told = (text: string, engine = stackFile(text, "1.1")) => {
    const folder = folderWith(PROJECT);
    try {
      parseSettings({ ...engine, file: text }, { variables: {}, folder });
    } catch (error) {
      return (error as Error).message.split("\n").map((line) => line.trim());
    }
    return [];
  };

  test.each([
    ["010", "8"],
    ["1_0", "10"],
    ["0x1F", "31"],
    ["0b11", "3"],
  ])("%s is refused, whatever it is for", (written, read) => {
    const allowed = `got ${written}, which YAML reads as ${read}; allowed: a number without a leading zero, a prefix and underscores; write ${read}, or "${written}" in quotes if a string is meant`;
    expect(told(settings(written, '"1"'))).toEqual([`slipway:services.shop.port: ${allowed}`]);
    expect(told(settings("8080", written))).toEqual([`slipway:services.shop.env.ID: ${allowed}`]);
  });

  test.each([
    ["731234567890123456", "731234567890123500"],
    ["9007199254740993", "9007199254740992"],
  ])("%s loses digits, and is refused, whatever it is for", (written, read) => {
    const allowed = `got ${written}, which YAML reads as ${read}; allowed: a number up to 9007199254740991, because a larger one loses digits; write "${written}" in quotes if a string is meant`;
    expect(told(settings(written, '"1"'))).toEqual([`slipway:services.shop.port: ${allowed}`]);
    expect(told(settings("8080", written))).toEqual([`slipway:services.shop.env.ID: ${allowed}`]);
  });

  test.each([
    ["1.10", "1.1"],
    ["1.0", "1"],
    ["1e3", "1000"],
    ["+5", "5"],
    [".5", "0.5"],
    ["True", "true"],
    ["FALSE", "false"],
  ])("%s is refused where a string is meant, because it would arrive as %s", (written, read) => {
    expect(told(settings("8080", written))).toEqual([
      `slipway:services.shop.env.ID: got ${written}, which YAML reads as ${read}; allowed: a string as it is to arrive; write ${read}, or "${written}" in quotes if a string is meant`,
    ]);
  });

  test("a date is refused where a string is meant, because the engine adds a time", () => {
    const text = settings("8080", "2026-01-01");
    const engine = stackFile(settings("8080", '"2026-01-01 00:00:00 +0000 UTC"'));
    expect(told(text, engine)).toEqual([
      'slipway:services.shop.env.ID: got 2026-01-01, which YAML reads as 2026-01-01 00:00:00 +0000 UTC; allowed: a string as it is to arrive; write "2026-01-01" in quotes if a string is meant',
    ]);
  });

  test("build arguments are strings, too", () => {
    const text = settings("8080", "1").replace("context: shop", "context: shop, args: { V: 1.10 }");
    expect(told(text)).toEqual([expect.stringMatching(/shop\.build\.args\.V: got 1\.10,/)]);
  });

  test("words of a command line and labels of an image are strings, too", () => {
    const text = settings("8080", "1").replace(
      "context: shop",
      "context: shop, labels: { v: 1.10 } }\n      args: [-p, 010]\n      command: [run, 1e3] #",
    );
    expect(told(text)).toEqual([
      "3 faults in the stack's settings",
      expect.stringMatching(/shop\.args\[1\]: got 010,/),
      expect.stringMatching(/shop\.build\.labels\.v: got 1\.10,/),
      expect.stringMatching(/shop\.command\[1\]: got 1e3,/),
    ]);
  });

  test.each([
    ["service: { annotations: { v: 1.10 } }", "service.annotations.v"],
    ["service: { labels: { v: 1.10 }, from: [{ pods: { v: 1.10 } }] }", "service.from[0].pods.v"],
    ["ingress: { host: a.example.com, annotations: { v: 1.10 } }", "ingress.annotations.v"],
    ["ingress: [{ host: a.example.com, labels: { v: 1.10 } }]", "ingress[0].labels.v"],
    ["route: { parents: [{ name: g }], labels: { v: 1.10 } }", "route.labels.v"],
    ["probes: { startup: { exec: { command: [run, 1.10] } } }", "probes.startup.exec.command[1]"],
    [
      "probes: { readiness: { httpGet: { httpHeaders: [{ name: V, value: 1.10 }] } } }",
      "probes.readiness.httpGet.httpHeaders[0].value",
    ],
    [
      `sidecars: [{ name: s, image: "${PINNED}", probes: { liveness: { exec: { command: [1.10] } } } }]`,
      "sidecars[0].probes.liveness.exec.command[0]",
    ],
  ])("marks and probes have strings, too: %s", (keys, place) => {
    const text = settings("8080", '"1"').replace("env:", `${keys}\n      env:`);
    expect(told(text)).toContainEqual(
      expect.stringContaining(`services.shop.${place}: got 1.10, which YAML reads as 1.1; allowed`),
    );
  });

  test("a chart's values are as they are written, at any depth, and booleans are booleans", () => {
    const values =
      "{ image: { tag: 1.10 }, list: [{ day: 1e3 }], on: True, port: 80, text: '1.10' }";
    const text = settings("8080", '"1"').replace(
      "env:",
      `manifests: { chart: chart, values: ${values} }\n      env:`,
    );
    const own = told(text).filter((line) => line.includes("manifests.values"));
    expect(own).toEqual([
      expect.stringMatching(/values\.image\.tag: got 1\.10, which YAML reads as 1\.1; allowed/),
      expect.stringMatching(/values\.list\[0\]\.day: got 1e3, which YAML reads as 1000; allowed/),
    ]);
  });

  test("what has a name in the file counts wherever it is used, unless the map has a key of its own", () => {
    const shared = settings("8080", "1.10").replace("shop:", "shop: &shop");
    const uses = "    other: *shop\n    web: { <<: *shop, env: { ID: 1.0 } }\n";
    expect(told(`${shared.trimEnd()}\n${uses}`)).toEqual([
      "3 faults in the stack's settings",
      expect.stringMatching(/^slipway:services\.other\.env\.ID: got 1\.10,/),
      expect.stringMatching(/^slipway:services\.shop\.env\.ID: got 1\.10,/),
      expect.stringMatching(/^slipway:services\.web\.env\.ID: got 1\.0,/),
    ]);
  });

  test.each(["0", "0.5", '"010"', '"1.0"', "8080", "00:10", "-3", "true", "abc_1", "yes"])(
    "%s is none",
    (written) => {
      expect(told(settings("8080", written))).toEqual([]);
    },
  );

  test("counts only where the file is what the engine has read", () => {
    expect(told(settings("8080", "010"), stackFile(settings("8080", '"10"')))).toEqual([]);
  });
});

describe("manifests of a team's own", () => {
  const IMAGE = { image: PINNED };
  const files = { "deploy/a.yaml": "", "values.yaml": "", "chart/Chart.yaml": "" };
  const folder = () => folderWith({ ...PROJECT, ...files });
  const parsed = (services: object, extras: object = {}) =>
    parseSettings(stackConfig({ ...VALID, services, extras }), { variables: {}, folder: folder() });
  const lines = (...args: Parameters<typeof parsed>): string[] => {
    try {
      parsed(...args);
    } catch (error) {
      const { message } = error as Error;
      return message.split("\n  ").filter((line) => line.startsWith("slipway:"));
    }
    return [];
  };

  test("are found from the project's folder, and fetched charts by their names", () => {
    const { services, extras } = parsed(
      {
        shop: { ...IMAGE, manifests: "deploy" },
        web: { ...IMAGE, manifests: { chart: "chart", valuesFiles: ["values.yaml"] } },
      },
      {
        redis: { chart: "redis", repository: "https://charts.example.com", version: "1.2.3" },
        rules: "deploy/a.yaml",
        oci: { chart: "oci://registry.example.com/charts/x", digest: DIGEST, deadlineSeconds: 9 },
      },
    );
    expect(services["shop"]).toMatchObject({
      manifests: expect.stringMatching(/^\/.*\/deploy$/) as string,
    });
    expect(services["web"]).toMatchObject({
      manifests: {
        chart: expect.stringMatching(/^\/.*\/chart$/) as string,
        valuesFiles: [expect.stringMatching(/^\/.*\/values\.yaml$/) as string],
      },
    });
    expect(Object.keys(extras ?? {})).toEqual(["redis", "rules", "oci"]);
    expect(extras).toMatchObject({ redis: { chart: "redis" }, oci: { deadlineSeconds: 9 } });
  });

  test("leave nothing to say of the objects themselves", () => {
    expect(
      lines({
        shop: {
          ...IMAGE,
          manifests: "deploy",
          replicas: 3,
          env: { A: "1" },
          allow: ["root"],
        },
      }),
    ).toEqual([
      expect.stringMatching(
        /^slipway:services\.shop\.env: got .*allowed: build, image, manifests, allow, deadlineSeconds/,
      ),
      expect.stringMatching(/^slipway:services\.shop\.replicas: got 3; allowed: build, image/),
    ]);
  });

  test.each<[object, RegExp]>([
    [{}, /got none of files, kustomize and chart; allowed: exactly one of them/],
    [{ files: "deploy", chart: "chart" }, /got files and chart of files, kustomize and chart/],
    [{ files: "deploy", values: {} }, /\.values: got \{\}; allowed: only with chart; remove it/],
    [{ files: "gone" }, /\.files: got "gone"; .*gone does not exist; allowed: a path of YAML/],
    [{ chart: "chart", version: "1.0.0" }, /\.version: .*this one is in the checkout; remove it/],
    [{ chart: "redis", version: "1.0.0" }, /\.repository: missing; .*no folder is called so/],
    [{ chart: "redis", repository: "https://x.example.com" }, /\.version: missing/],
    [{ chart: "oci://x.example.com/c" }, /\.version: missing; .*or its digest/],
    [{ chart: "chart", digest: "sha256:1" }, /\.digest: got "sha256:1"; allowed: sha256:<64/],
    [{ files: "deploy", outside: ["x"] }, /\.outside\[0\]: got "x"; allowed: Kind\/name/],
    [{ chart: "chart", hooks: { "Job/a": "later" } }, /allowed: before, after or none/],
  ])("refuse %j", (manifests, fault) => {
    expect(lines({ shop: { ...IMAGE, manifests } }).join("\n")).toMatch(fault);
    expect(lines({ shop: { ...IMAGE, port: 80 } }, { x: manifests }).join("\n")).toMatch(fault);
  });
});

test.each(["authentik", "keycloak", "mastodon", "n8n", "plausible", "superset"])(
  "the settings of %s, as the docs link them, have no fault, by themselves and with what a story adds",
  (name) => {
    const files = { ...PROJECT, [`${name}/Dockerfile`]: "FROM scratch\n" };
    const written = readFileSync(join(CHECKOUT, `test/fixtures/applications/${name}.yaml`), "utf8");
    const asFile = { ...VALID, services: "services.yaml" };
    expect(faultsOf(asFile, { files: { ...files, "services.yaml": written } })).toEqual([]);
    const variables = { SLIPWAY_BASE_IMAGE: "node" };
    expect(faultsOf({ ...VALID, services: application(name) }, { files, variables })).toEqual([]);
  },
);
