// Proves that stacks that an earlier version deployed show no change in a preview by this one, but for the time in which pods settle and what lanes are held to: test/fixtures/existing-stack keeps
// their states as pulumi exported them. But for the Deployments, which change, their objects are in no cluster, so it cannot prove what a refresh or an up finds there, nor
// stacks that promote or have values of an external store: for those, a preview asks for more than there is.
import { readFileSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { cluster, kubeConfig } from "../../testbed/cluster.ts";
import { type Manifest, NAMESPACE } from "../../testbed/kinds.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { Project } from "../../testbed/project.ts";
import { succeed } from "../../testbed/succeed.ts";

const KEPT = join(import.meta.dirname, "../fixtures/existing-stack");
/** The context's name is in the states, which must not depend on the machine. */
const CONTEXT = "existing";

const RELEASE = "slipway:index:Release$";
const IMAGE = `${RELEASE}slipway:index:Image$docker:index/image:Image`;
const READINESS = `${RELEASE}slipway:index:Readiness`;
const DEPLOYMENT = `${RELEASE}slipway:index:Workload$kubernetes:apps/v1:Deployment`;

/** What the lanes are held to since. */
const POLICIES = [
  ...[
    "annotations",
    "deployments",
    "ingresses",
    "sealedsecrets",
    "serviceaccounts",
    "services",
  ].map((kind) => `deploy-${kind}`),
  "preview-secrets",
  "proxy",
];
const ACCESS = "slipway:index:JenkinsAccess$";
const POLICY = `${ACCESS}kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy`;
const ROLES = `${ACCESS}kubernetes:rbac.authorization.k8s.io/v1:`;
const LANES = "slipway-existing-stack-jenkins";
const LANE_CHANGES = [
  ...POLICIES.flatMap((name) => [
    `create ${POLICY} ${LANES}-${name}`,
    `create ${POLICY}Binding ${LANES}-${name}`,
  ]),
  ...["build", "dry-run", "pods"].map((name) => `update ${POLICY} ${LANES}-${name}`),
  ...["deploy", "preview"].map((lane) => `update ${ROLES}ClusterRole ${LANES}-${lane}`),
  `update ${ROLES}Role kube-system-${LANES}-preview`,
  `update ${ACCESS}slipway:index:AccessProof jenkins`,
  "update slipway:index:LaneGuard lanes",
];

/** What is created of a kept state, in the state's order. */
const CHANGING = /v1:(?:Namespace|Deployment|Role|ClusterRole|ValidatingAdmissionPolicy)::/;

/** What a preview has for a value that an update will give. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** In place of a version, the package that has it. */
const PLUGIN = /"version":"(@pulumi\/\w+)"/g;

/** As its program was written then. */
const OBJECTS = `
import * as k8s from "@pulumi/kubernetes";
import { connect, ObjectReadiness } from "./components/index.ts";

const kubeconfig = process.env["SLIPWAY_KUBECONFIG"] ?? "";
const where = { kubeconfig, kubeconfigVariable: "SLIPWAY_KUBECONFIG", context: "existing", identifier: "existing" };
const [provider, own] = connect(where);
const namespace = "slipway-existing-objects";
const home = new k8s.core.v1.Namespace("home", { metadata: { name: namespace } }, { provider });
const metadata = { name: "data", namespace: home.metadata.name, annotations: { "pulumi.com/skipAwait": "true" } };
const spec = { storageClassName: "existing", accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Mi" } } };
const object = new k8s.core.v1.PersistentVolumeClaim("data", { metadata, spec }, { provider });
const readiness = new ObjectReadiness("data", { object, deadlineSeconds: 60 }, { provider: own });
export const record = readiness.record;
`;

/** Values that were secret then. */
const SECRETS = {
  apiKey: "an API key of the tests",
  pin: "4711-of-the-tests",
  keystore: Buffer.from("a keystore of the tests").toString("base64"),
};

interface Preview {
  /** Of what changes, and of the stack. */
  readonly steps: readonly Step[];
  readonly changeSummary: { readonly same?: number };
}

interface Step {
  readonly op: string;
  readonly urn: string;
  readonly oldState?: { readonly inputs?: Inputs };
  readonly newState?: { readonly inputs?: Inputs };
}

type Inputs = Readonly<Record<string, unknown>>;

interface State {
  readonly deployment: { readonly resources: readonly Resource[] };
}

interface Resource {
  readonly urn: string;
  readonly inputs?: object;
}

/** No pod of it is to run. */
const HOME = { ...NAMESPACE, metadata: { name: "slipway-existing-stack" } };
const NO_PODS = {
  apiVersion: "v1",
  kind: "ResourceQuota",
  metadata: { name: "no-pods", namespace: HOME.metadata.name },
  spec: { hard: { pods: "0" } },
};

let project: Project;
let commit: string;
const made: Manifest[] = [];
beforeAll(async () => {
  const config = kubeConfig();
  const { cluster = "", user = "" } = config.getContextObject(config.getCurrentContext()) ?? {};
  config.contexts = [{ name: CONTEXT, cluster, user }];
  config.setCurrentContext(CONTEXT);
  const folder = folderWith({ kubeconfig: config.exportConfig() });
  project = await Project.create("existing", {
    env: { SLIPWAY_KUBECONFIG: join(folder, "kubeconfig") },
  });
  await cp(join(KEPT, "echo"), join(project.folder, "echo"), { recursive: true });
  commit = await project.commit("the service");
  for (const [key, value] of Object.entries(SECRETS)) {
    await project.secret(key, value);
  }
});
afterAll(async () => {
  removeFolders();
  await Promise.allSettled(made.map((object) => cluster.delete(object)));
  // Nothing else was deployed.
  await project.forget();
});

test("a stack of services, credentials of each format and lanes gets the time in which pods settle and what lanes are held to, in place, and nothing else", async () => {
  await project.settings(await settings());
  const all = await restore("services.json");
  await createObjects("services.json");
  const { changes, steps, same } = await preview();
  const updates = [
    `update ${READINESS} shop`,
    `update ${READINESS} spare`,
    `update ${DEPLOYMENT} shop`,
    `update ${DEPLOYMENT} spare`,
  ];
  expect(changes).toEqual([...LANE_CHANGES, ...updates].sort());
  expect(same).toBe(all - changes.filter((change) => change.startsWith("update")).length);
  const deployments = steps.filter(({ urn }) => urn.includes(`${DEPLOYMENT}::`));
  expect(deployments.map(differences)).toEqual([
    { "spec.minReadySeconds": 10 },
    { "spec.minReadySeconds": 10 },
  ]);
});

test("the objects of such a stack show no change where pods need not settle", async () => {
  await project.settings(await settings({ settleSeconds: 0 }));
  const { changes } = await preview();
  const updates = [`update ${READINESS} shop`, `update ${READINESS} spare`];
  expect(changes).toEqual([...LANE_CHANGES, ...updates].sort());
});

test("a change of such a stack is seen, and is no more than what was changed", async () => {
  const { services, ...others } = await settings();
  const { spare, ...rest } = services;
  const shop = { ...rest["shop"], warmupSeconds: 7, settleSeconds: 0 };
  await project.settings({ ...others, services: { spare: { ...spare, settleSeconds: 0 }, shop } });
  const { steps } = await preview();
  const released = steps.filter(({ urn }) => urn.includes(RELEASE));
  expect(released.map(differences)).toEqual([
    { settleSeconds: 0 },
    { settleSeconds: 0, warmupSeconds: 7 },
  ]);
});

test("a stack with objects of other kinds shows no change", async () => {
  await project.write("index.ts", OBJECTS);
  const same = await restore("objects.json");
  expect(await preview()).toMatchObject({ changes: [], same });
});

/** @param own what each service gets beside its settings of then */
async function settings(own: object = {}) {
  const text = await readFile(join(KEPT, "settings.json"), "utf8");
  const { services, ...others } = JSON.parse(text) as { readonly services: Inputs };
  const named = Object.entries(services).map(([name, service]) => [
    name,
    { ...(service as object), ...own },
  ]);
  return { ...others, services: Object.fromEntries(named) as Readonly<Record<string, object>> };
}

/**
 * Makes a kept state the stack's. What differs from checkout to checkout is filled in: the commit, and which plugins are pinned.
 *
 * @returns how many resources the program has
 */
async function restore(name: string): Promise<number> {
  const text = await readFile(join(KEPT, name), "utf8");
  const state = text.replaceAll(`"COMMIT"`, `"${commit}"`).replaceAll(PLUGIN, versionOf);
  await project.write("state.json", state);
  await succeed(project.pulumi("stack", "import", "--file=state.json", "--stack=dev"));
  const { deployment } = JSON.parse(state) as State;
  // The engine adds providers that it does not count.
  return deployment.resources.filter(({ urn }) => !urn.includes("::default_")).length;
}

/**
 * Creates what changes of a kept state, and what that is in: what becomes of an object that changes is asked of the API
 * server. None of it has an effect: no pod may run, and no role or policy is bound.
 */
async function createObjects(name: string): Promise<void> {
  await create(HOME);
  await create(NO_PODS);
  const { deployment } = JSON.parse(await readFile(join(KEPT, name), "utf8")) as State;
  for (const { urn, inputs } of deployment.resources) {
    if (CHANGING.test(urn) && !urn.endsWith(`:Namespace::${HOME.metadata.name}`)) {
      await create(inputs as Manifest);
    }
  }
}

async function create(object: Manifest): Promise<void> {
  made.push(object);
  await cluster.create(object);
}

function versionOf(_: string, plugin: string): string {
  const file = join(import.meta.dirname, "../../node_modules", plugin, "package.json");
  return `"version":"${(JSON.parse(readFileSync(file, "utf8")) as { version: string }).version}"`;
}

/** What a preview would do, and how many resources it would leave as they are. */
async function preview() {
  const { output } = await succeed(project.pulumi("preview", "--json", "--stack=dev"));
  const { steps: all, changeSummary } = JSON.parse(output) as Preview;
  const changing = all.filter(({ op }) => op !== "same");
  const lost = changing.filter(isOfLostImage);
  const steps = changing.filter((step) => !lost.includes(step));
  const changes = steps.map(({ op, urn }) => `${op} ${urn.split("::").slice(2).join(" ")}`);
  return { changes: changes.sort(), steps, same: (changeSummary.same ?? 0) + lost.length };
}

/** Whether a step only has the image built again, which a registry that was set up anew has lost; lost-image tells that story. */
function isOfLostImage(step: Step): boolean {
  const isPart = [IMAGE, DEPLOYMENT].some((type) => step.urn.includes(`${type}::`));
  return isPart && Object.keys(differences(step)).length === 0;
}

/** The inputs of a step that differ, by their paths, with what they will be; but for those of an image that is built again. */
function differences({ oldState, newState }: Step): Inputs {
  const before = flat(oldState?.inputs);
  const after = flat(newState?.inputs);
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const differing = paths.filter(
    (path) =>
      !isDeepStrictEqual(before[path], after[path]) &&
      after[path] !== UNKNOWN &&
      path !== "build.context" &&
      !(path.startsWith("deployment.") && after["deployment"] === UNKNOWN),
  );
  return Object.fromEntries(differing.map((path) => [path, after[path]]));
}

/** Values by their paths. */
function flat(value: unknown, path: readonly string[] = []): Inputs {
  if (typeof value !== "object" || value === null) {
    return { [path.join(".")]: value };
  }
  const inner = Object.entries(value).map(([key, each]) => flat(each, [...path, key]));
  return Object.assign({}, ...inner) as Inputs;
}
