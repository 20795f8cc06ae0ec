// Proves that the pipeline's stages do their work in agent pods, with nothing but their lanes' accounts; the pods' image is a stand-in, packages
// are mounted, Jenkins' own agent and steps are played by a script, and images are built by a Docker daemon outside the cluster.
import { cp, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import { execa } from "execa";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { environment } from "../../tools/platform/environment.ts";
import { kubeconfigOfAccount } from "../support/account.ts";
import { agentPod, cloud, runPod } from "../support/agent-pod.ts";
import { AgentPlatform, type Claim } from "../support/agent-platform.ts";
import { cluster, kubeConfig } from "../../testbed/cluster.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { actsBeyond } from "../support/forbidden-acts.ts";
import { credentialFile, scriptOf, stage } from "../support/jenkinsfile-stage.ts";
import { DEPLOYMENT } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import type { Run } from "../../testbed/run.ts";
import type { Request } from "../support/request.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

const CHECKOUT = resolve(import.meta.dirname, "../..");
const ASK = join(CHECKOUT, "test/support/agent/ask.cjs");
/** What the folder that delivers has: the registry requires no login. */
const CREDENTIALS = [
  ["slipway-passphrase-dev", "a passphrase of the tests"],
  ["slipway-passphrase-prod", "a passphrase of the tests"],
  ["slipway-registry-read", "{}"],
] as const;

/** What a repository has beside the program, for its checks. */
const CHECKS = [
  "jenkins",
  "package-lock.json",
  ".prettierrc",
  ".prettierignore",
  ".dependency-cruiser.cjs",
  "test/unit/content-hash.test.ts",
  "test/support/folder.ts",
];
/** The linter takes minutes for the whole program, which the repository's own check has been through. */
const LINT = `import rules from "./rules.mjs";

export default [{ ignores: ["{cli,components,provider,settings}/**"] }, ...rules];
`;
/** The whole check takes minutes of one processor, which other tests may want as well. */
const CHECK_MS = 15 * 60 * 1000;

const JEST = `module.exports = {
  projects: [{ displayName: "unit", transform: { "^.+\\\\.ts$": ["@swc/jest", {}] } }],
};
`;
/** What only benches, tools and most tests use is not there to be used. */
const KNIP = JSON.stringify({ entry: ["**/*.ts"], project: ["**/*.ts"] });

const { SLIPWAY_REGISTRY, SLIPWAY_BASE_IMAGE } = environment();
const { hostname, port } = new URL(kubeConfig().getCurrentCluster()?.server ?? "");
const apiServer = { cidr: `${hostname}/32`, ports: [Number(port)] };
/** The machine stands for Jenkins, the registry and the Docker host, at ports that it finds free. */
const egress = [{ cidr: `${hostname}/32` }];
const build = { context: "example/shop", args: { BASE: SLIPWAY_BASE_IMAGE } };

let platform: AgentPlatform;
let project: Project;
/** What the names of all lanes begin with, and those of a stack's. */
const prefix = (): string => `${project.namespace}-jenkins`;
const lanes = (stack: string): string => `${prefix()}-${stack}`;
const homeOf = (stack: string): string =>
  stack === "prod" ? `${project.namespace}-prod` : project.namespace;

beforeAll(async () => {
  platform = await AgentPlatform.start();
  const SLIPWAY_KUBECONFIG = join(folderWith({ kubeconfig: administrator() }), "kubeconfig");
  const env = { PULUMI_BACKEND_URL: platform.backend, SLIPWAY_KUBECONFIG };
  project = await Project.create("pods", { env });
  await succeed(project.pulumi("stack", "init", "prod"));
  await settle();
  // The lanes are an administrator's work; from then on Jenkins needs none.
  await succeed(project.up());
  await succeed(project.pulumi("up", "--yes", "--skip-preview", "--stack=prod"));
  await platform.offerDocker(`${lanes("dev")}-deploy`);
  await platform.offerFolders(`${lanes("dev")}-preview`, "packages");
  await platform.offerFolders(`${lanes("prod")}-preview`, "packages", "state-to-read");
  for (const stack of ["dev", "prod"]) {
    await platform.offerFolders(`${lanes(stack)}-deploy`, "packages", "state");
  }
  await platform.handOver();
  for (const [id, content] of CREDENTIALS) {
    platform.controller.files.set(credentialFile(id), Buffer.from(content));
  }
});
afterAll(async () => {
  try {
    await succeed(project.pulumi("destroy", "--yes", "--skip-preview", "--stack=prod"));
    await project.dispose();
  } finally {
    await platform.stop();
    removeFolders();
  }
});

/** The platform's kubeconfig, with the context called as in that of the pods: its name is in the state. */
function administrator(): string {
  const config = kubeConfig();
  const [context] = config.contexts;
  if (context !== undefined) {
    config.contexts = [{ ...context, name: "production" }];
  }
  config.setCurrentContext("production");
  return config.exportConfig();
}

/** The repository of a team: the program, its pipeline, its checks, the settings of two stacks. */
async function settle(): Promise<void> {
  for (const path of CHECKS) {
    await cp(join(CHECKOUT, path), join(project.folder, path), { recursive: true });
  }
  await cp(join(CHECKOUT, "eslint.config.mjs"), join(project.folder, "rules.mjs"));
  await project.write("eslint.config.mjs", LINT);
  await project.write("jest.config.cjs", JEST);
  await project.write("knip.json", KNIP);
  await deploy({});
  const service = Object.fromEntries(Object.entries(shop).filter(([key]) => key !== "build"));
  await project.settings(
    {
      registry: { repository: `${SLIPWAY_REGISTRY}/e2e/${homeOf("prod")}` },
      namespace: homeOf("prod"),
      promoteFrom: { stack: "dev", repository: `${SLIPWAY_REGISTRY}/e2e/${homeOf("dev")}` },
      jenkins: { apiServer, egress, prefix: lanes("prod"), lanes: { preview: {}, deploy: {} } },
      services: { shop: { ...service, replicas: 1 } },
    },
    "prod",
  );
  await commit("the pipeline");
}

/** Settings of dev, with a change of its service. */
function deploy(change: Readonly<Record<string, unknown>>): Promise<void> {
  return project.settings({
    registry: { repository: `${SLIPWAY_REGISTRY}/e2e/${homeOf("dev")}` },
    jenkins: { apiServer, egress, prefix: lanes("dev"), lanes: { preview: {}, deploy: {} } },
    services: { shop: { ...shop, build, replicas: 1, ...change } },
  });
}

async function commit(message: string): Promise<string> {
  await execa(
    "prettier",
    ["--write", "Pulumi.dev.yaml", "Pulumi.prod.yaml", "jest.config.cjs", "knip.json"],
    {
      cwd: project.folder,
      preferLocal: true,
      localDir: CHECKOUT,
    },
  );
  const id = await project.commit(message);
  await platform.controller.publish(project.folder);
  return id;
}

/** What the pods of each cloud mount: who may read the state, and who may write it, is for the bucket's policies elsewhere. */
const MOUNTS: Readonly<Record<string, readonly Claim[]>> = {
  "slipway-preview": ["packages"],
  "slipway-verify": ["packages"],
  "slipway-preview-prod": ["packages", "state-to-read"],
};

/** Runs a script in a pod of a lane's cloud, started by the lane's launcher. */
async function inPod(name: string, script: string) {
  const template = cloud(name, platform.variables(prefix()));
  const claims = MOUNTS[name] ?? ["packages", "state"];
  const pod = agentPod(template, platform.build(script, ...claims));
  const launcher = { namespace: template.namespace, name: "launcher" };
  return runPod(await kubeconfigOfAccount(launcher), pod);
}

/** Runs a stage of the Jenkinsfile. */
function run(name: string): Promise<Run> {
  const read = stage(name);
  return inPod(read.label, scriptOf(read, platform.controller.url));
}

async function releaseOf(stack: string): Promise<ReleaseRecord> {
  const args = ["stack", "output", "releases", "--json", `--stack=${stack}`];
  const { output } = await succeed(project.pulumi(...args));
  return (JSON.parse(output) as { shop: ReleaseRecord }).shop;
}

test(
  "verify passes, and a fault of the source fails it",
  async () => {
    const { output } = await succeed(run("Verify main"));
    expect(output).toMatch(/Tests: +\d+ passed/);

    await project.write("jest.config.cjs", "module.exports={}");
    await project.commit("badly written");
    await platform.controller.publish(project.folder);
    const { exitCode, output: said } = await run("Verify");
    expect(exitCode).not.toBe(0);
    expect(said).toContain("[warn] jest.config.cjs");
    await project.write("jest.config.cjs", JEST);
  },
  CHECK_MS,
);

test("up to dev builds, pushes and proves a commit, and leaves its report and a copy of the state", async () => {
  await project.write("example/shop/package.json", '{ "name": "shop", "version": "96.0.0" }\n');
  const id = await commit("an image to build");
  const before = await releaseOf("dev");
  await succeed(run("Up dev"));

  const release = await releaseOf("dev");
  expect(release).toMatchObject({ verdict: "ready", commit: id, dirty: false });
  expect(release.digest).not.toBe(before.digest);
  expect(platform.controller.file("report-dev.html")).toContain("✓ ready");
  expect(platform.controller.file("state/dev.json")).not.toContain("secrets_providers");
});

test("a pull request is previewed by what the up to dev has left", async () => {
  await deploy({ env: { GREETING: "hello" } });
  await commit("a pull request");
  const { output } = await succeed(run("Preview"));
  expect(output).not.toMatch(/downloading/i);
  const comment = platform.controller.file("preview-dev.md");
  expect(comment).toContain("| `shop` | **restart**: `variable GREETING` | not built:");
  await deploy({});
  await commit("as it was");
});

test("prod gets the digest of dev by the plan that was made for it, by a lane that can write nothing, and needs no Docker daemon", async () => {
  const before = await releaseOf("prod");
  const { digest, commit: id } = await releaseOf("dev");
  await succeed(run("Plan prod"));
  expect(platform.controller.file("preview-prod.md")).toContain("shop");
  expect(platform.controller.file("preview-prod.json")).toContain(digest);
  expect(platform.controller.file("plan-prod.json")).not.toContain("ciphertext");
  await succeed(run("Up prod"));

  expect(digest).not.toBe(before.digest);
  expect(await releaseOf("prod")).toMatchObject({ verdict: "ready", digest, commit: id });
  const { spec } = await cluster.get(DEPLOYMENT, homeOf("prod"), "shop");
  expect(spec?.template.spec?.containers[0]?.image).toContain(digest);
  expect(platform.controller.file("report-prod.html")).toContain("✓ ready");
});

/** What the API server answers to requests out of a pod. */
async function ask(name: string, requests: readonly Request[]): Promise<number[]> {
  const { files, url } = platform.controller;
  files.set("ask.cjs", await readFile(ASK));
  files.set("acts.json", Buffer.from(JSON.stringify(requests)));
  const get = `curl --fail --silent ${url}/files`;
  const { output } = await succeed(
    inPod(name, `${get}/ask.cjs > /tmp/ask.cjs; ${get}/acts.json | node /tmp/ask.cjs`),
  );
  return JSON.parse(output) as number[];
}

test("a pod of the lane that delivers can do nothing else", async () => {
  const [pod = ""] = (await releaseOf("dev")).pods.map(({ name }) => name);
  const acts = [
    ...actsBeyond({ home: homeOf("dev"), lanes: `${lanes("dev")}-`, pod }),
    ...writesTo(homeOf("prod")),
  ];
  const answers = await ask("slipway-deploy-dev", acts);
  expect(acts.filter((_, index) => answers[index] !== 403)).toEqual([]);
  const deployment = `/apis/apps/v1/namespaces/${homeOf("dev")}/deployments/shop`;
  expect(await ask("slipway-deploy-dev", [{ method: "GET", path: deployment }])).toEqual([200]);
});

test.each([
  ["slipway-preview", "dev"],
  ["slipway-preview-prod", "prod"],
])("a pod of %s may ask what a write would do in %s, and nothing more", async (name, stack) => {
  const [write] = writesTo(homeOf(stack));
  const acts = [write, { ...write, path: `${write.path}?dryRun=All` }];
  const secrets = `/api/v1/namespaces/${homeOf(stack)}/secrets`;
  const answers = await ask(name, [...acts, { method: "GET", path: secrets }]);
  expect(answers).toEqual([422, 200, 403]);
});

test("what plans for prod cannot write the state", async () => {
  const { output } = await inPod("slipway-preview-prod", "touch /state/.pulumi/forged || true");
  expect(output).toContain("Read-only file system");
});

function writesTo(namespace: string): [Request] {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/shop`;
  const body = { metadata: { annotations: { "example.com/seen": "true" } } };
  return [{ method: "PATCH", path, body }];
}
