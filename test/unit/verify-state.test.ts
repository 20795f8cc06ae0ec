// Forges a kept state field by field. Cannot prove what the engine does with one: the story of the same name does.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Expected } from "../../cli/verify-state/expected.ts";
import { expectationOf } from "../../cli/verify-state/expectation.ts";
import type { Finding } from "../../cli/verify-state/finding.ts";
import { readWrittenSettings } from "../../cli/verify-state/settings.ts";
import { parseStateText } from "../../cli/verify-state/state-text.ts";
import { stateFindings } from "../../cli/verify-state/verify.ts";
import manifest from "../../package.json" with { type: "json" };
import { folderWith, removeFolders } from "../support/folder.ts";

afterEach(removeFolders);

const KEPT = join(import.meta.dirname, "../fixtures/existing-stack");
const HOME = "slipway-existing-stack";
const PROVIDER = "urn:pulumi:dev::slipway::pulumi:providers:kubernetes::cluster";

interface Resource {
  [field: string]: unknown;
  urn: string;
  type: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
}

interface State {
  [field: string]: unknown;
  version: unknown;
  deployment: {
    [field: string]: unknown;
    resources: Resource[];
    secrets_providers: { type: string; state: Record<string, unknown> };
  };
}

const TEXT = readFileSync(join(KEPT, "services.json"), "utf8").replace(
  /"version": ?"@pulumi\/(kubernetes|docker|random)"/g,
  (_, name: "docker" | "kubernetes" | "random") =>
    `"version":"${manifest.dependencies[`@pulumi/${name}`]}"`,
);
const SETTINGS = JSON.parse(readFileSync(join(KEPT, "settings.json"), "utf8")) as Record<
  string,
  unknown
>;
const SALT = (JSON.parse(TEXT) as State).deployment.secrets_providers.state["salt"];
const CLUSTER = {
  kubeconfig: "/home/admin/kubeconfig",
  kubeconfigVariable: "SLIPWAY_KUBECONFIG",
  context: "existing",
  identifier: "existing",
};

function expected(
  changed: Record<string, unknown> = {},
  file: Record<string, unknown> = { encryptionsalt: SALT },
  organization = "organization",
): Expected {
  const own = { ...SETTINGS, ...changed };
  const written = {
    folder: KEPT,
    project: "slipway",
    stack: "dev",
    organization,
    own,
    config: {},
    file,
  };
  return expectationOf({ ...written, backend: undefined }, CLUSTER, {});
}

/** What is found in the kept state after a change by hand. */
function found(forge: (state: State) => void, settings = expected()): Finding[] {
  const state = JSON.parse(TEXT) as State;
  forge(state);
  return stateFindings(parseStateText(JSON.stringify(state)), settings);
}

/** The resource whose URN ends so. */
function the(state: State, end: string): Resource {
  const resource = state.deployment.resources.find(({ urn }) => urn.endsWith(end));
  if (resource === undefined) {
    throw new Error(`no ${end} in the kept state`);
  }
  return resource;
}

const urnOf = (end: string) => the(JSON.parse(TEXT) as State, end).urn;

const DEPLOYMENT = "kubernetes:apps/v1:Deployment::shop";
const NAMESPACE = `::kubernetes:core/v1:Namespace::${HOME}`;
const ROLE = `Role::${HOME}-${HOME}-jenkins-deploy`;
const POLICY = `ValidatingAdmissionPolicy::${HOME}-jenkins-dry-run`;
const READINESS = "slipway:index:Readiness::shop";
const CLUSTER_PROVIDER = "pulumi:providers:kubernetes::cluster";

test("the state of a stack passes that the program has deployed", () => {
  expect(found(() => undefined)).toEqual([]);
});

test("a claim whose data is kept passes, with what its cluster has filled in", () => {
  const like = "ConfigMap::shop-files-7ce1eca060";
  const type = "kubernetes:core/v1:PersistentVolumeClaim";
  const urn = urnOf(like)
    .replace("kubernetes:core/v1:ConfigMap", type)
    .replace("shop-files-7ce1eca060", "data");
  const object = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", namespace: HOME },
  };
  const fixed = ["accessModes", "storageClassName", "volumeMode", "volumeName"];
  const claim = {
    type,
    urn,
    id: `${HOME}/data`,
    inputs: object,
    outputs: { ...object, __inputs: object },
    retainOnDelete: true,
    importID: `${HOME}/data`,
    ignoreChanges: fixed.map((field) => `spec.${field}`),
  };
  expect(found((state) => void added(state, like, claim))).toEqual([]);
});

test("what divides a route's requests passes, whose weights Argo Rollouts writes", () => {
  const like = "ConfigMap::shop-files-7ce1eca060";
  const type = "kubernetes:traefik.io/v1alpha1:TraefikService";
  const urn = urnOf(like)
    .replace("kubernetes:core/v1:ConfigMap", type)
    .replace("shop-files-7ce1eca060", "shop");
  const object = {
    apiVersion: "traefik.io/v1alpha1",
    kind: "TraefikService",
    metadata: { name: "shop", namespace: HOME },
  };
  const weighted = {
    ...{ type, urn, id: `${HOME}/shop`, inputs: object },
    outputs: { ...object, __inputs: object },
    ignoreChanges: [0, 1].map((index) => `spec.weighted.services[${index}].weight`),
  };
  expect(found((state) => void added(state, like, weighted))).toEqual([]);
});

test("a stack that never ran passes", () => {
  const none = { version: 3, deployment: null };
  expect(stateFindings(none, expected())).toEqual([]);
});

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const NUMBER = "8ad145fe-0d11-4827-bfd7-1abcbf086f5c";

/** What the engine opens as the object of a different namespace, beside the name that the program gives. */
const DECOY = {
  [SIGNATURE]: SECRET,
  plaintext: JSON.stringify({ name: "victim", namespace: "other" }),
  name: "victim",
  namespace: HOME,
};

const metadata = (resource: Resource, side: "inputs" | "outputs") =>
  resource[side]["metadata"] as Record<string, unknown>;

/** A resource that is not in the program: a copy of one that is, under a different URN. */
function added(state: State, like: string, changes: Partial<Resource>): Resource {
  const resource = { ...structuredClone(the(state, like)), ...changes };
  state.deployment.resources.push(resource);
  return resource;
}

/** A ConfigMap that each field in clear calls the stack's. */
function hideVictim(state: State, decoy: object): Resource {
  const like = "ConfigMap::shop-files-7ce1eca060";
  const urn = urnOf(like).replace("shop-files-7ce1eca060", "victim");
  const victim = added(state, like, { urn, id: `${HOME}/victim` });
  victim.inputs["metadata"] = decoy;
  victim.outputs = { ...victim.outputs, metadata: decoy, __inputs: victim.inputs };
  return victim;
}

const KUBECONFIG_THAT_RUNS = JSON.stringify({
  users: [{ name: "u", user: { exec: { command: "sh", args: ["-c", "touch /tmp/ran"] } } }],
});

test.each<[forgery: string, at: string, text: RegExp, forge: (state: State) => void]>([
  [
    "a second provider with a kubeconfig that starts a program",
    "urn:pulumi:dev::slipway::pulumi:providers:kubernetes::helper",
    /^name: got "helper"; allowed: cluster/,
    (state) => {
      const urn = "urn:pulumi:dev::slipway::pulumi:providers:kubernetes::helper";
      const provider = added(state, CLUSTER_PROVIDER, { urn });
      provider.inputs = { ...provider.inputs, kubeconfig: KUBECONFIG_THAT_RUNS };
    },
  ],
  [
    "a kubeconfig as text in the program's own provider",
    PROVIDER,
    /^inputs.kubeconfig: got "\{.*exec.*allowed: "" with the variable SLIPWAY_KUBECONFIG, \/home\/admin\/kubeconfig; .*slipway:former.kubeconfigs/,
    (state) => (the(state, CLUSTER_PROVIDER).inputs["kubeconfig"] = KUBECONFIG_THAT_RUNS),
  ],
  [
    "a kubeconfig that only the key to the state opens",
    PROVIDER,
    /^inputs.kubeconfig: got \{4dabf18193072939515e22adb298388d, ciphertext\}/,
    (state) =>
      (the(state, CLUSTER_PROVIDER).inputs["kubeconfig"] = {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        ciphertext: "v1:abc",
      }),
  ],
  [
    "a kubeconfig in a different file",
    PROVIDER,
    /^inputs.kubeconfig: got "\/tmp\/other"/,
    (state) => (the(state, CLUSTER_PROVIDER).inputs["kubeconfig"] = "/tmp/other"),
  ],
  [
    "a kubeconfig in the outputs alone",
    PROVIDER,
    /^inputs.kubeconfig: got "\/tmp\/other"/,
    (state) => (the(state, CLUSTER_PROVIDER).outputs["kubeconfig"] = "/tmp/other"),
  ],
  [
    "a kubeconfig from a different variable",
    PROVIDER,
    /^inputs.kubeconfig: got "" with the variables .*HOME.*KUBECONFIG/,
    (state) =>
      (the(state, CLUSTER_PROVIDER).inputs["__internal"] = {
        envVarMappings: { HOME: "KUBECONFIG" },
      }),
  ],
  [
    "variables that change which programs a provider finds",
    "urn:pulumi:dev::slipway::pulumi:providers:slipway::slipway",
    /^inputs.kubeconfig: got "" with the variables .*NODE_OPTIONS/,
    (state) =>
      (the(state, "providers:slipway::slipway").inputs["__internal"] = {
        envVarMappings: { SLIPWAY_KUBECONFIG: "KUBECONFIG", TERM: "NODE_OPTIONS" },
      }),
  ],
  [
    "the context of a different cluster",
    PROVIDER,
    /^inputs.context: got "prod"; allowed: existing; .*slipway:former.contexts/,
    (state) => (the(state, CLUSTER_PROVIDER).inputs["context"] = "prod"),
  ],
  [
    "the identifier of a different cluster, which replaces every object",
    PROVIDER,
    /^inputs.clusterIdentifier: got "other"; allowed: existing; .*slipway:former.identifiers/,
    (state) => (the(state, CLUSTER_PROVIDER).inputs["clusterIdentifier"] = "other"),
  ],
  [
    "a context that only reads like the right one",
    PROVIDER,
    /^inputs.context: got \["existing"\]/,
    (state) => (the(state, CLUSTER_PROVIDER).inputs["context"] = ["existing"]),
  ],
  [
    "a provider that writes files",
    PROVIDER,
    /^inputs."renderYamlToDirectory": got "\/etc"; allowed: kubeconfig, context, clusterIdentifier, version$/,
    (state) => (the(state, CLUSTER_PROVIDER).inputs["renderYamlToDirectory"] = "/etc"),
  ],
  [
    "a URL to download a plugin from",
    "urn:pulumi:dev::slipway::pulumi:providers:random::default_4_21_2",
    /^inputs.__internal."pluginDownloadURL": got "https:\/\/evil.example"; allowed: nothing/,
    (state) =>
      (the(state, "providers:random::default_4_21_2").inputs["__internal"] = {
        pluginDownloadURL: "https://evil.example",
      }),
  ],
  [
    "a URL to download a plugin from, where an older engine has it",
    PROVIDER,
    /^inputs."pluginDownloadURL": got "https:\/\/evil.example"/,
    (state) => (the(state, CLUSTER_PROVIDER).inputs["pluginDownloadURL"] = "https://evil.example"),
  ],
  [
    "checksums of a plugin",
    PROVIDER,
    /^inputs."pluginChecksums": got \{linux-amd64\}/,
    (state) => (the(state, CLUSTER_PROVIDER).inputs["pluginChecksums"] = { "linux-amd64": "00" }),
  ],
  [
    "the name of a different plugin, and a parameter for it",
    PROVIDER,
    /^inputs.__internal."(name|parameterization)": got/,
    (state) =>
      (the(state, CLUSTER_PROVIDER).inputs["__internal"] = {
        envVarMappings: { SLIPWAY_KUBECONFIG: "KUBECONFIG" },
        name: "command",
        parameterization: "AA==",
      }),
  ],
  [
    "a version of a plugin that is not pinned",
    PROVIDER,
    /^inputs.version: got "4.0.0"; allowed: [\d.]+; .*add "kubernetes@4.0.0" to slipway:former.plugins/,
    (state) => (the(state, CLUSTER_PROVIDER).inputs["version"] = "4.0.0"),
  ],
  [
    "a package that the program does not use",
    "urn:pulumi:dev::slipway::pulumi:providers:command::default",
    /^type: got "pulumi:providers:command"; allowed: what the program makes/,
    (state) =>
      void added(state, CLUSTER_PROVIDER, {
        urn: "urn:pulumi:dev::slipway::pulumi:providers:command::default",
        type: "pulumi:providers:command",
      }),
  ],
  [
    "an object that the program makes only elsewhere",
    "urn:pulumi:dev::slipway::kubernetes:core/v1:ConfigMap::extra",
    /^type: got "kubernetes:core\/v1:ConfigMap"; allowed: what the program makes at this place/,
    (state) =>
      void added(state, "ConfigMap::shop-files-7ce1eca060", {
        urn: "urn:pulumi:dev::slipway::kubernetes:core/v1:ConfigMap::extra",
      }),
  ],
  [
    "a type that its URN does not have",
    urnOf(DEPLOYMENT),
    /^type: got "command:local:Command"/,
    (state) => (the(state, DEPLOYMENT).type = "command:local:Command"),
  ],
  [
    "the URN of a different project",
    "urn:pulumi:dev::other::slipway:index:Release::shop",
    /^got the URN of a different stack; allowed: urn:pulumi:dev::slipway::/,
    (state) =>
      (the(state, "slipway:index:Release::shop").urn =
        "urn:pulumi:dev::other::slipway:index:Release::shop"),
  ],
  [
    "a namespace of the cluster, which the next up would delete",
    "urn:pulumi:dev::slipway::kubernetes:core/v1:Namespace::kube-system",
    /^inputs.metadata.name: got "kube-system"; allowed: slipway-existing-stack; .*slipway:former.namespaces/,
    (state) => {
      const urn = "urn:pulumi:dev::slipway::kubernetes:core/v1:Namespace::kube-system";
      const other = added(state, NAMESPACE, { urn, id: "kube-system" });
      metadata(other, "inputs")["name"] = "kube-system";
      metadata(other, "outputs")["name"] = "kube-system";
    },
  ],
  [
    "a forged id, by which the provider deletes",
    urnOf(NAMESPACE),
    /^id: got "kube-system"; allowed: "slipway-existing-stack"/,
    (state) => (the(state, NAMESPACE)["id"] = "kube-system"),
  ],
  [
    "forged outputs, which the program and the provider read",
    urnOf(NAMESPACE),
    /^outputs: got "v1" "Namespace" "kube-system"; allowed: Namespace "slipway-existing-stack", as its inputs say$/,
    (state) => (metadata(the(state, NAMESPACE), "outputs")["name"] = "kube-system"),
  ],
  [
    "outputs of a different kind",
    urnOf(DEPLOYMENT),
    /^outputs: got "apps\/v1" "ClusterRole" "shop" in /,
    (state) => (the(state, DEPLOYMENT).outputs["kind"] = "ClusterRole"),
  ],
  [
    "outputs in an earlier form, which replace the others",
    urnOf(DEPLOYMENT),
    /^outputs."live": got \{kind\}; allowed: what the API server returns/,
    (state) => (the(state, DEPLOYMENT).outputs["live"] = { kind: "ClusterRole" }),
  ],
  [
    "the provider's own copy of the inputs",
    urnOf(DEPLOYMENT),
    /^outputs.__inputs: got "v1" "Namespace" "kube-system"/,
    (state) =>
      (the(state, DEPLOYMENT).outputs["__inputs"] = {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "kube-system" },
      }),
  ],
  [
    "a field manager that is somebody else's",
    urnOf(DEPLOYMENT),
    /^outputs.__fieldManager: got "kubectl"; allowed: pulumi-kubernetes-/,
    (state) => (the(state, DEPLOYMENT).outputs["__fieldManager"] = "kubectl"),
  ],
  [
    "a name that only the key to the state opens",
    urnOf(DEPLOYMENT),
    /^inputs: got .*allowed: an object of the type kubernetes:apps\/v1:Deployment with its name in clear/,
    (state) =>
      (metadata(the(state, DEPLOYMENT), "inputs")["name"] = {
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        ciphertext: "v1:abc",
      }),
  ],
  [
    "a role in a namespace that is none of the stack's",
    urnOf(ROLE),
    /^inputs.metadata.namespace: got "kube-public"; allowed: slipway-existing-stack, .*, kube-system/,
    (state) => {
      const role = the(state, ROLE);
      metadata(role, "inputs")["namespace"] = "kube-public";
      metadata(role, "outputs")["namespace"] = "kube-public";
      role["id"] = `kube-public/${HOME}-jenkins-deploy`;
    },
  ],
  [
    "a role of the cluster, where the lanes have some",
    `urn:pulumi:dev::slipway::slipway:index:JenkinsAccess$kubernetes:rbac.authorization.k8s.io/v1:Role::kube-system-extension-apiserver-authentication-reader`,
    /^inputs.metadata.name: got "extension-apiserver-authentication-reader"; allowed: launcher, slipway-existing-stack-jenkins-preview/,
    (state) => {
      const name = "extension-apiserver-authentication-reader";
      const [start] = urnOf(ROLE).split(`::${HOME}-`);
      const role = added(state, ROLE, {
        urn: `${start ?? ""}::kube-system-${name}`,
        id: `kube-system/${name}`,
      });
      for (const side of ["inputs", "outputs"] as const) {
        Object.assign(metadata(role, side), { name, namespace: "kube-system" });
      }
    },
  ],
  [
    "a policy of somebody else",
    urnOf(POLICY),
    /^inputs.metadata.name: got "cluster-policy"; allowed: slipway-existing-stack-jenkins-pods/,
    (state) => {
      const policy = the(state, POLICY);
      metadata(policy, "inputs")["name"] = "cluster-policy";
      metadata(policy, "outputs")["name"] = "cluster-policy";
      policy["id"] = "cluster-policy";
    },
  ],
  [
    "two policies that are swapped, so that one would be deleted",
    urnOf(POLICY),
    /^name: got "slipway-existing-stack-jenkins-dry-run"; allowed: "slipway-existing-stack-jenkins-pods"/,
    (state) => {
      const policy = the(state, POLICY);
      metadata(policy, "inputs")["name"] = `${HOME}-jenkins-pods`;
      metadata(policy, "outputs")["name"] = `${HOME}-jenkins-pods`;
      policy["id"] = `${HOME}-jenkins-pods`;
    },
  ],
  [
    "a policy that is to be deleted",
    urnOf(POLICY),
    /^delete: got true; allowed: false for what only an administrator may change/,
    (state) => void added(state, POLICY, { delete: true }),
  ],
  [
    "a lane's account under the name of a different one",
    urnOf("ServiceAccount::deploy-agent"),
    /^name: got "deploy-agent"; allowed: "deploy-launcher"/,
    (state) => {
      const account = the(state, "ServiceAccount::deploy-agent");
      metadata(account, "inputs")["name"] = "launcher";
      metadata(account, "outputs")["name"] = "launcher";
      account["id"] = `${HOME}-jenkins-deploy/launcher`;
    },
  ],
  [
    "a credential in a namespace that others use",
    urnOf("SealedSecret::token"),
    /^namespace and name: got "jenkins\/token"; allowed: slipway-existing-stack\/…; .*slipway:former.credentials/,
    (state) => {
      const sealed = the(state, "SealedSecret::token");
      metadata(sealed, "inputs")["namespace"] = "jenkins";
      metadata(sealed, "outputs")["namespace"] = "jenkins";
      sealed["id"] = "jenkins/token";
    },
  ],
  [
    "a release that is judged in a different namespace",
    urnOf(READINESS),
    /^inputs.namespace: got "kube-system"; allowed: slipway-existing-stack/,
    (state) => (the(state, READINESS).inputs["namespace"] = "kube-system"),
  ],
  [
    "a Secret that is read in a different namespace",
    urnOf("SecretReadiness::token"),
    /^namespace and name: got "kube-system\/token"/,
    (state) => (the(state, "SecretReadiness::token").inputs["namespace"] = "kube-system"),
  ],
  [
    "a key that nobody has sealed",
    urnOf("SealedValues::token"),
    /^outputs.encryptedData: got \{text, extra\}; allowed: what its inputs have, \{text\}/,
    (state) => {
      const { outputs } = the(state, "SealedValues::token");
      outputs["encryptedData"] = { ...(outputs["encryptedData"] as object), extra: "AgA" };
    },
  ],
  [
    "a sealing controller that is somebody else's Service",
    urnOf("SealedValues::token"),
    /^inputs.controller.namespace: got "evil"; allowed: kube-system/,
    (state) => (the(state, "SealedValues::token").inputs["controller"] = { namespace: "evil" }),
  ],
  [
    "a Prometheus that a refresh would give a token to",
    urnOf(READINESS),
    /^inputs.monitoring.prometheus: got "https:\/\/evil.example.com"; allowed: none, because the settings name none; .*slipway:former.prometheus/,
    (state) => {
      const monitoring = { prometheus: "https://evil.example.com", namespace: "monitoring" };
      the(state, READINESS).inputs["monitoring"] = monitoring;
    },
  ],
  [
    "a stack whose secrets a refresh would read into this one",
    "urn:pulumi:dev::slipway::pulumi:pulumi:StackReference::spy",
    /^inputs.name: got "organization\/slipway\/prod"; allowed: none, because the settings name none/,
    (state) =>
      void added(state, NAMESPACE, {
        urn: "urn:pulumi:dev::slipway::pulumi:pulumi:StackReference::spy",
        type: "pulumi:pulumi:StackReference",
        id: "organization/slipway/prod",
        external: true,
        inputs: { name: "organization/slipway/prod" },
        outputs: { name: "organization/slipway/prod" },
      }),
  ],
  [
    "a parent of a different type",
    urnOf(DEPLOYMENT),
    /^parent: got ".*Release::shop"; allowed: a resource of this state of the type slipway:index:Release\$slipway:index:Workload/,
    (state) => (the(state, DEPLOYMENT)["parent"] = the(state, "slipway:index:Release::shop").urn),
  ],
  [
    "a parent that is not in the state",
    urnOf(DEPLOYMENT),
    /^parent: got /,
    (state) =>
      (the(state, DEPLOYMENT)["parent"] =
        "urn:pulumi:dev::slipway::slipway:index:Release$slipway:index:Workload::other"),
  ],
  [
    "a dependency that is not in the state",
    urnOf(DEPLOYMENT),
    /^dependencies: got "urn:pulumi:dev::slipway::a::b"/,
    (state) => (the(state, DEPLOYMENT)["dependencies"] = ["urn:pulumi:dev::slipway::a::b"]),
  ],
  [
    "no provider, for which the engine would start a default one",
    urnOf(DEPLOYMENT),
    /^provider: got ""; allowed: a provider of this state for kubernetes/,
    (state) => delete the(state, DEPLOYMENT)["provider"],
  ],
  [
    "a provider of a different package",
    urnOf(DEPLOYMENT),
    /^provider: got "urn:pulumi:dev::slipway::pulumi:providers:slipway::slipway::/,
    (state) => (the(state, DEPLOYMENT)["provider"] = the(state, READINESS)["provider"]),
  ],
  [
    "a provider for a group of resources",
    urnOf("slipway:index:Release::shop"),
    /^provider: got .*; allowed: none/,
    (state) =>
      (the(state, "slipway:index:Release::shop")["provider"] = the(state, READINESS)["provider"]),
  ],
  [
    "an object that is only read",
    urnOf(DEPLOYMENT),
    /^external: got true; allowed: false/,
    (state) => (the(state, DEPLOYMENT)["external"] = true),
  ],
  [
    "an import of a different object",
    urnOf(DEPLOYMENT),
    /^importID: got "kube-system\/coredns"/,
    (state) => (the(state, DEPLOYMENT)["importID"] = "kube-system/coredns"),
  ],
  [
    "a role that goes with something else, and so stays",
    urnOf(ROLE),
    /^deletedWith: got ".*Release::shop"; allowed: the namespace "slipway-existing-stack" that it is in/,
    (state) => (the(state, ROLE)["deletedWith"] = the(state, "slipway:index:Release::shop").urn),
  ],
  [
    "changes that are not to be seen",
    urnOf(ROLE),
    /^ignoreChanges: got \["rules"\]; allowed: nothing/,
    (state) => (the(state, ROLE)["ignoreChanges"] = ["rules"]),
  ],
  [
    "an object that is to stay",
    urnOf(ROLE),
    /^retainOnDelete: got true; allowed: false, because the program keeps none of these/,
    (state) => (the(state, ROLE)["retainOnDelete"] = true),
  ],
  ...["aliases", "viewOf", "resourceHooks", "replaceWith", "extensionRef", "hideDiff", "URN"].map(
    (field): [string, string, RegExp, (state: State) => void] => [
      `the field ${field}, with which the engine acts`,
      urnOf(ROLE),
      new RegExp(`^"${field}": unknown field, got true; allowed: additionalSecretOutputs, `),
      (state) => (the(state, ROLE)[field] = true),
    ],
  ),
  [
    "a component where the program has an object",
    urnOf(DEPLOYMENT),
    /^custom: got false; allowed: true/,
    (state) => (the(state, DEPLOYMENT)["custom"] = false),
  ],
  [
    "a file that the engine would read",
    urnOf("slipway:index:Release$slipway:index:Image$docker:index/image:Image::shop"),
    /^4dabf18193072939515e22adb298388d: got "c44067f5952c0a294b673a41bacd8c17"; allowed: secrets and numbers/,
    (state) =>
      (the(state, "docker:index/image:Image::shop").inputs["context"] = {
        "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17",
        path: "/etc/passwd",
      }),
  ],
  ...Object.entries({
    "in clear": DECOY,
    encrypted: { ...DECOY, plaintext: undefined, ciphertext: "v1:abc" },
    "twice, which the engine refuses": { ...DECOY, ciphertext: "v1:abc" },
    "as a number": { ...DECOY, [SIGNATURE]: NUMBER, value: "7ff8000000000001" },
    "as a file": { ...DECOY, [SIGNATURE]: "c44067f5952c0a294b673a41bacd8c17", path: "/etc/hosts" },
    "as an archive": { ...DECOY, [SIGNATURE]: "0def7320c3a5731c473e5ecbe6d01bc7", assets: {} },
    "as a resource": { ...DECOY, [SIGNATURE]: "5cf8f73096256a8f31e491e813e4eb8e", urn: PROVIDER },
    "as an output": { ...DECOY, [SIGNATURE]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", value: {} },
    "under a signature that is a secret": { ...DECOY, [SIGNATURE]: { [SIGNATURE]: SECRET } },
  }).map(([how, decoy]): [string, string, RegExp, (state: State) => void] => [
    `an object of a different namespace, hidden ${how} beside the name of an own one`,
    urnOf("ConfigMap::shop-files-7ce1eca060").replace("shop-files-7ce1eca060", "victim"),
    /^metadata: got \{4dabf18193072939515e22adb298388d, .*\}; allowed: plain values/,
    (state) => hideVictim(state, decoy),
  ]),
  [
    "a role of a different namespace, hidden beside the name of an own one",
    urnOf(ROLE),
    /^4dabf18193072939515e22adb298388d: got \{4dabf18193072939515e22adb298388d, plaintext, .*; allowed: a secret with its ciphertext and nothing else/,
    (state) => {
      const role = the(state, ROLE);
      role.inputs["metadata"] = { ...DECOY, ...metadata(role, "inputs") };
    },
  ],
  [
    "a name that the provider reads in its copy of the inputs, and that a secret hides",
    urnOf(ROLE),
    /^metadata: got \{.*; allowed: plain values, as the program writes them$/,
    (state) => {
      const { inputs, outputs } = the(state, ROLE);
      outputs["__inputs"] = {
        ...inputs,
        metadata: { ...DECOY, ...(inputs["metadata"] as object) },
      };
    },
  ],
  [
    "a secret within the name of an object",
    urnOf(ROLE),
    /^metadata: got \{4dabf18193072939515e22adb298388d, ciphertext\}; allowed: plain values/,
    (state) =>
      (metadata(the(state, ROLE), "outputs")["labels"] = {
        [SIGNATURE]: SECRET,
        ciphertext: "v1:abc",
      }),
  ],
  [
    "a sealing controller that a secret hides",
    urnOf("SealedValues::token"),
    /^controller: got \{4dabf18193072939515e22adb298388d, plaintext, namespace\}; allowed: plain values/,
    (state) =>
      (the(state, "SealedValues::token").inputs["controller"] = {
        [SIGNATURE]: SECRET,
        plaintext: '{"namespace":"evil"}',
        namespace: "kube-system",
      }),
  ],
  ...[
    { plaintext: '"canary"' },
    { ciphertext: "v1:abc", plaintext: '"canary"' },
    { ciphertext: ["v1:abc"] },
    { ciphertext: "v1:abc", hash: "c44067f5952c0a294b673a41bacd8c17" },
    {},
  ].map((fields): [string, string, RegExp, (state: State) => void] => [
    `a secret with ${JSON.stringify(fields)}`,
    urnOf("SealedValues::token"),
    /^4dabf18193072939515e22adb298388d: got \{[^"]*\}; allowed: a secret with its ciphertext and nothing else; export a state without --show-secrets$/,
    (state) =>
      (the(state, "SealedValues::token").inputs["digestKey"] = { [SIGNATURE]: SECRET, ...fields }),
  ]),
  ...[{ value: "1" }, { value: 1 }, { value: "7ff8000000000001", path: "/etc/hosts" }].map(
    (fields): [string, string, RegExp, (state: State) => void] => [
      `a number with ${JSON.stringify(fields)}`,
      urnOf(DEPLOYMENT),
      /^4dabf18193072939515e22adb298388d: got \{.*\}; allowed: a number with its value in 16 hexadecimal digits and nothing else$/,
      (state) => (the(state, DEPLOYMENT).inputs["spec"] = [{ [SIGNATURE]: NUMBER, ...fields }]),
    ],
  ),
  [
    "a secrets provider of the forger's own",
    "secrets_providers",
    /^got "cloud"; allowed: passphrase, as the stack's settings say/,
    (state) =>
      (state.deployment.secrets_providers = {
        type: "cloud",
        state: { url: "azurekeyvault://evil", encryptedkey: "AA==" },
      }),
  ],
  [
    "the salt of a different passphrase",
    "secrets_providers",
    /^"salt": got "v1:other"; allowed: "v1:/,
    (state) => (state.deployment.secrets_providers.state = { salt: "v1:other" }),
  ],
  [
    "a plugin of the manifest",
    "manifest",
    /^plugins: got \[\{.*command.*; allowed: none/,
    (state) =>
      Object.assign(state.deployment["manifest"] as object, {
        plugins: [{ name: "command", type: "resource", version: "1.0.0", path: "/tmp/x" }],
      }),
  ],
  [
    "code that the engine evaluates",
    "deployment",
    /^"snippets": unknown field; allowed: manifest, secrets_providers/,
    (state) => (state.deployment["snippets"] = [{ code: "resource x {}" }]),
  ],
  [
    "a feature of the engine that the program does not use",
    "state",
    /^features: got "hooks"; allowed: taint/,
    (state) => Object.assign(state, { version: 4, features: ["hooks"] }),
  ],
  [
    "a form of the state that is not known",
    "state",
    /^version: got 2; allowed: 3, 4/,
    (state) => (state.version = 2),
  ],
])("refuses %s", (_forgery, at, text, forge) => {
  expect(found(forge)).toContainEqual({ at, text: expect.stringMatching(text) as string });
});

test("a stack that hands its objects off renders them to its own folder, and leads to no cluster with that", () => {
  const settings = expected({ handOff: { to: {}, by: {} } });
  const rendering = (renderYamlToDirectory: string) => (state: State) => {
    const provider = the(state, CLUSTER_PROVIDER);
    const cluster = { kubeconfig: "", renderYamlToDirectory };
    delete provider.inputs["context"];
    delete provider.outputs["context"];
    provider.inputs = { ...provider.inputs, ...cluster };
    provider.outputs = { ...provider.outputs, ...cluster };
  };
  expect(found(rendering(".slipway/rendered/dev"), settings)).toEqual([]);
  expect(found(rendering("/etc"), settings)).toContainEqual({
    at: PROVIDER,
    text: expect.stringMatching(/^inputs."renderYamlToDirectory": got "\/etc"/) as string,
  });
});

test("an operation that was begun is checked as a resource is", () => {
  const findings = found((state) => {
    const resource = { ...structuredClone(the(state, CLUSTER_PROVIDER)), id: "" };
    resource.inputs["kubeconfig"] = KUBECONFIG_THAT_RUNS;
    state.deployment["pending_operations"] = [{ type: "creating", resource }];
  });
  expect(findings).toEqual([
    { at: PROVIDER, text: expect.stringContaining("inputs.kubeconfig: got") as string },
  ]);
});

test("an ordinary operation that was begun passes, and one of an unknown kind does not", () => {
  const begun = (type: string) =>
    found((state) => {
      const resource: Partial<Resource> = structuredClone(the(state, DEPLOYMENT));
      delete resource["id"];
      delete resource.outputs;
      state.deployment["pending_operations"] = [{ type, resource }];
    });
  expect(begun("creating")).toEqual([]);
  expect(begun("running")).toEqual([
    {
      at: "pending_operations[0]",
      text: 'type: got "running"; allowed: creating, updating, deleting, reading, importing',
    },
  ]);
});

test("an operation that was begun is refused where a secret hides its object", () => {
  const findings = found((state) => {
    const victim = hideVictim(state, DECOY);
    state.deployment.resources.pop();
    state.deployment["pending_operations"] = [{ type: "deleting", resource: victim }];
  });
  expect(findings.map(({ text }) => text)).toContainEqual(expect.stringMatching(/^metadata: got /));
});

test("a secret and a number as the engine writes them pass where the program has values", () => {
  const findings = found((state) => {
    // A credential may call its keys so.
    the(state, "SealedValues::token").inputs["values"] = {
      metadata: { [SIGNATURE]: SECRET, ciphertext: "v1:abc" },
      controller: { [SIGNATURE]: SECRET, ciphertext: "v1:abc" },
      none: { [SIGNATURE]: NUMBER, value: "7ff8000000000001" },
    };
  });
  expect(findings).toEqual([]);
});

/** A stack that promotes from base, with what its state says that it reads. */
function reading(name: string, organization?: string, promoteFrom = "base"): Finding[] {
  const settings = expected({ promoteFrom }, { encryptionsalt: SALT }, organization);
  return found(
    (state) =>
      void added(state, NAMESPACE, {
        urn: `urn:pulumi:dev::slipway::pulumi:pulumi:StackReference::${name}`,
        type: "pulumi:pulumi:StackReference",
        id: name,
        external: true,
        inputs: { name },
        outputs: { name },
        provider: "",
      }),
    settings,
  ).filter(({ text }) => text.startsWith("inputs.name"));
}

test.each<[name: string, organization: string | undefined, promoteFrom?: string]>([
  ["organization/slipway/base", undefined],
  ["acme/slipway/base", "acme"],
  ["acme/slipway/base", undefined, "acme/slipway/base"],
  ["base", undefined],
])("the stack %s may be read by one of the organization %s", (...read) => {
  expect(reading(...read)).toEqual([]);
});

test.each<[name: string, organization: string | undefined, promoteFrom?: string]>([
  ["evil/slipway/base", undefined],
  ["evil/slipway/base", "acme"],
  ["organization/slipway/base", "acme"],
  ["acme/other/base", "acme"],
  ["evil/acme/slipway/base", "acme"],
  ["acme/slipway/base", "acme", "acme/ledger/base"],
  ["evil/slipway/base", undefined, "acme/slipway/base"],
])("the stack %s may not be read by one of the organization %s", (...read) => {
  expect(reading(...read)).toEqual([
    {
      at: expect.stringContaining("StackReference") as string,
      text: expect.stringMatching(
        /^inputs.name: got ".*"; allowed: .*add it to slipway:former.stacks .*give --stack and slipway:promoteFrom with it/,
      ) as string,
    },
  ]);
});

test.each([
  ["dev", "organization"],
  ["acme/dev", "acme"],
  ["acme/slipway/dev", "acme"],
])("the stack %s is of the organization %s", (name, organization) => {
  const folder = folderWith({
    "Pulumi.yaml": "name: slipway\n",
    "Pulumi.dev.yaml": "config: {}\n",
  });
  expect(readWrittenSettings(folder, name)).toMatchObject({ stack: "dev", organization });
});

const SHARED =
  "{ shop: &shop { manifests: { files: k8s, outside: [Namespace/other] } }, worker: { <<: *shop } }";

test.each([
  ["in a file of their own", "services.yaml"],
  ["in the stack's own file", SHARED],
])("services %s are read as the program reads them, shared keys included", (_place, written) => {
  const folder = folderWith({
    "Pulumi.yaml": "name: slipway\n",
    "Pulumi.dev.yaml": `config:\n  slipway:services: ${written}\n`,
    "services.yaml": SHARED,
  });
  const manifests = { files: "k8s", outside: ["Namespace/other"] };
  expect(readWrittenSettings(folder, "dev").own).toEqual({
    services: { shop: { manifests }, worker: { manifests } },
  });
});

test("an object that two entries stand for is refused where only an administrator may delete it", () => {
  const findings = found((state) => {
    const urn = urnOf(POLICY).replace("::slipway-existing-stack-jenkins-dry-run", "::other");
    added(state, POLICY, { urn });
  });
  expect(findings).toContainEqual({
    at: urnOf(POLICY).replace("::slipway-existing-stack-jenkins-dry-run", "::other"),
    text: expect.stringMatching(
      /^stands for "admissionregistration.k8s.io\/ValidatingAdmissionPolicy/,
    ) as string,
  });
});

test("a resource that stands twice in a state is refused", () => {
  const findings = found((state) => void added(state, "slipway:index:Release::shop", {}));
  expect(findings).toEqual([
    {
      at: urnOf("slipway:index:Release::shop"),
      text: expect.stringContaining("stands here twice") as string,
    },
  ]);
});

test.each<[what: string, former: Record<string, unknown>, forge: (state: State) => void]>([
  [
    "namespaces",
    { namespaces: ["old-shop"] },
    (state) => {
      const urn = "urn:pulumi:dev::slipway::kubernetes:core/v1:Namespace::old-shop";
      const old = added(state, NAMESPACE, { urn, id: "old-shop" });
      metadata(old, "inputs")["name"] = "old-shop";
      metadata(old, "outputs")["name"] = "old-shop";
    },
  ],
  [
    "lanes",
    { namespaces: ["old-deploy"] },
    (state) => {
      const like = `ClusterRole::${HOME}-jenkins-deploy`;
      const urn = urnOf(like).replace(`${HOME}-jenkins-deploy`, "old-deploy");
      const old = added(state, like, { urn, id: "old-deploy" });
      metadata(old, "inputs")["name"] = "old-deploy";
      metadata(old, "outputs")["name"] = "old-deploy";
    },
  ],
  [
    "credentials",
    { credentials: ["jenkins/token"] },
    (state) => {
      const sealed = the(state, "SealedSecret::token");
      metadata(sealed, "inputs")["namespace"] = "jenkins";
      metadata(sealed, "outputs")["namespace"] = "jenkins";
      sealed["id"] = "jenkins/token";
      delete sealed["deletedWith"];
    },
  ],
  [
    "contexts",
    { contexts: ["before"] },
    (state) => {
      the(state, CLUSTER_PROVIDER).inputs["context"] = "before";
      the(state, CLUSTER_PROVIDER).outputs["context"] = "before";
    },
  ],
  [
    "identifiers",
    { identifiers: ["other"] },
    (state) => {
      the(state, CLUSTER_PROVIDER).inputs["clusterIdentifier"] = "other";
      the(state, CLUSTER_PROVIDER).outputs["clusterIdentifier"] = "other";
    },
  ],
  [
    "kubeconfigs",
    { kubeconfigs: ["${BEFORE}"] },
    (state) =>
      (the(state, CLUSTER_PROVIDER).inputs["__internal"] = {
        envVarMappings: { BEFORE: "KUBECONFIG" },
      }),
  ],
  [
    "prometheus",
    { prometheus: ["http://prometheus.monitoring:9090"] },
    (state) => {
      const { inputs, outputs } = the(state, READINESS);
      const monitoring = {
        prometheus: "http://prometheus.monitoring:9090",
        namespace: "monitoring",
      };
      Object.assign(inputs, { monitoring });
      Object.assign(outputs, { monitoring });
    },
  ],
  [
    "plugins",
    { plugins: ["random@4.20.0"] },
    (state) => {
      const provider = the(state, "providers:random::default_4_21_2");
      provider.inputs["version"] = "4.20.0";
      provider.outputs["version"] = "4.20.0";
      const urn = provider.urn;
      const old = urn.replace("4_21_2", "4_20_0");
      for (const resource of state.deployment.resources) {
        const text = JSON.stringify(resource).replaceAll(urn, old);
        Object.assign(resource, JSON.parse(text));
      }
    },
  ],
])("former %s may still be in the state, if the settings name them", (_what, former, forge) => {
  expect(found(forge)).not.toEqual([]);
  expect(found(forge, expected({ former }))).toEqual([]);
});

test("lanes that the settings no longer have may still be in the state", () => {
  expect(found(() => undefined, expected({ jenkins: undefined }))).toEqual([]);
});

test("an object of the services that is replaced or marked by hand passes", () => {
  const findings = found((state) => {
    Object.assign(state, { version: 4, features: ["taint"] });
    Object.assign(the(state, DEPLOYMENT), { taint: true, protect: true, importID: `${HOME}/shop` });
    added(state, "ConfigMap::shop-files-7ce1eca060", { delete: true });
    the(state, READINESS)["initErrors"] = ["failed"];
  });
  expect(findings).toEqual([]);
});

test.each<[string, string]>([
  ["is not JSON", "{"],
  ["is not JSON", "{}{}"],
  ["an object in it has the same key twice", '{"version":3,"version":3}'],
  ["an object in it has the same key twice", '{"a":{"b\\"c":[1],"b\\"c" : {}}}'],
  ["is deeper than 200 levels", `{"a":${"[".repeat(300)}${"]".repeat(300)}}`],
  ["is deeper than 200 levels", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`],
])("refuses a text that %s", (reason, text) => {
  expect(() => parseStateText(text)).toThrow(`state: ${reason}`);
});

test("reads keys of prototypes and strings with colons as the data that they are", () => {
  const text = '{"__proto__":{"version":3},"a\\\\":"b\\":","constructor":1}';
  expect(stateFindings(parseStateText(text), expected()).map(({ text: said }) => said)).toEqual([
    '"__proto__": unknown field; allowed: version, features, deployment; written by a newer engine, or by hand',
    '"a\\\\": unknown field; allowed: version, features, deployment; written by a newer engine, or by hand',
    '"constructor": unknown field; allowed: version, features, deployment; written by a newer engine, or by hand',
    "version: got nothing; allowed: 3, 4; written by a newer engine, or by hand",
  ]);
});

test.each([
  null,
  1,
  "text",
  [],
  [{}],
  { deployment: 1 },
  { version: 3, deployment: { resources: {} } },
])("refuses %j, which is no state", (state) => {
  expect(stateFindings(state, expected())).not.toEqual([]);
});

test("an escape sequence in a state reaches no message, and a long value is cut", () => {
  const [finding] = found(
    (state) =>
      (the(state, CLUSTER_PROVIDER).inputs["context"] =
        `\u001b[31m\u202e\u009b${"x".repeat(10_000)}`),
  );
  expect(finding?.text).not.toMatch(/[\u001b\u202e\u009b]/);
  expect(finding?.text.length).toBeLessThan(500);
});

test("a megabyte of quotes is read in time that grows with it", () => {
  const text = JSON.stringify({ a: '"\\'.repeat(500_000), b: ":".repeat(500_000) });
  const start = process.cpuUsage();
  parseStateText(text);
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(3000);
});

test.each<[string, Record<string, unknown>, string, Record<string, unknown>, RegExp | undefined]>([
  [
    "the key that the settings name",
    { secretsprovider: "awskms://k", encryptedkey: "AA==" },
    "cloud",
    { url: "awskms://k", encryptedkey: "AA==" },
    undefined,
  ],
  [
    "a different key",
    { secretsprovider: "awskms://k", encryptedkey: "AA==" },
    "cloud",
    { url: "awskms://evil", encryptedkey: "AA==" },
    /^"url": got "awskms:\/\/evil"; allowed: "awskms:\/\/k"/,
  ],
  [
    "the service",
    {},
    "service",
    { url: "https://api.pulumi.com", owner: "o", project: "slipway", stack: "dev" },
    undefined,
  ],
  [
    "a service elsewhere",
    {},
    "service",
    { url: "https://evil.example", owner: "o", project: "slipway", stack: "dev" },
    /^url: got "https:\/\/evil.example"; allowed: .*https:\/\/api.pulumi.com/,
  ],
  ["a passphrase that is in no settings", {}, "passphrase", { salt: "v1:x" }, undefined],
])("secrets encrypted with %s", (_what, file, type, state, refused) => {
  const findings = found(
    (forged) => (forged.deployment.secrets_providers = { type, state }),
    expected({}, file),
  );
  expect(findings.map(({ text }) => text)).toEqual(
    refused === undefined ? [] : [expect.stringMatching(refused)],
  );
});
