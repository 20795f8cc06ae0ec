// Proves that the pipeline's scripts do their work with the real engine and nothing but their lanes' tokens; packages are not installed,
// no agent pod is started, and no Jenkins calls them.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { execa } from "execa";

import { HIDDEN } from "../../contract/marks.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { environment } from "../../tools/platform/environment.ts";
import { kubeconfigOfAccount } from "../support/account.ts";
import { kubeConfig } from "../../testbed/cluster.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { Project } from "../../testbed/project.ts";
import type { Run } from "../../testbed/run.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

const CHECKOUT = resolve(import.meta.dirname, "../..");
const CREDENTIAL = "canary-of-a-credential";

const { hostname, port } = new URL(kubeConfig().getCurrentCluster()?.server ?? "");
const settings = {
  jenkins: { apiServer: { cidr: `${hostname}/32`, ports: [Number(port)] } },
  credentials: { db: { keys: { password: { setting: "dbPassword" } } } },
  services: { shop: { ...shop, env: { GREETING: "first" }, credentials: ["db"] } },
};

/** By lane: with nothing but its token. */
const kubeconfigs = new Map<string, string>();
let home: string;
let backend: string;
let project: Project;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "slipway-home-"));
  await writeFile(join(home, "passphrase"), "a passphrase of the tests");
  await writeFile(join(home, "config.json"), "{}");
  backend = await mkdtemp(join(tmpdir(), "slipway-backend-"));
  project = await Project.create("scripts", { env: { PULUMI_BACKEND_URL: `file://${backend}` } });
  for (const path of ["cli", "jenkins"]) {
    await cp(join(CHECKOUT, path), join(project.folder, path), { recursive: true });
  }
  await project.settings(settings);
  await project.secret("dbPassword", CREDENTIAL);
  await project.commit("the pipeline");
  // The lanes are an administrator's work; from then on Jenkins needs none.
  await succeed(project.up());
  for (const name of ["preview", "deploy"]) {
    const account = { namespace: `${project.namespace}-jenkins-${name}`, name: "agent" };
    const folder = folderWith({ kubeconfig: await kubeconfigOfAccount(account) });
    kubeconfigs.set(name, join(folder, "kubeconfig"));
  }
});
afterAll(async () => {
  await project.dispose();
  await rm(home, { recursive: true });
  await rm(backend, { recursive: true });
  removeFolders();
});

/** Runs a script as Jenkins would: with the deploy lane's variables, or the few that the preview lane has. */
async function script(
  [name = "", ...options]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Run> {
  const {
    SLIPWAY_KUBECONFIG,
    SLIPWAY_REGISTRY,
    SLIPWAY_BASE_IMAGE,
    DOCKER_HOST = "",
    PATH,
  } = environment();
  const platform = { SLIPWAY_KUBECONFIG, SLIPWAY_REGISTRY, SLIPWAY_BASE_IMAGE, DOCKER_HOST };
  const { exitCode, all } = await execa(`jenkins/scripts/${name}.sh`, ["dev", ...options], {
    cwd: project.folder,
    env: { ...platform, ...env, PATH },
    extendEnv: false,
    reject: false,
    all: true,
  });
  return { exitCode: exitCode ?? 1, output: all };
}

/** By the lane that delivers, with the passphrase. */
function deploy(words: string, env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const PULUMI_CONFIG_PASSPHRASE_FILE = join(home, "passphrase");
  return withoutSecrets(words, { PULUMI_CONFIG_PASSPHRASE_FILE, ...env });
}

/** By the lane that delivers, in the steps for which no credential is bound. */
function withoutSecrets(words: string, env: Readonly<Record<string, string>> = {}): Promise<Run> {
  const DOCKER_HOST = environment()["DOCKER_HOST"] ?? "";
  const PULUMI_BACKEND_URL = `file://${backend}`;
  return script(words.split(" "), { ...own("deploy"), DOCKER_HOST, PULUMI_BACKEND_URL, ...env });
}

/** By the lane that previews, in a checkout that is thrown away. */
async function review(
  name: "plan" | "preview",
  env: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const settings = await read("Pulumi.dev.yaml");
  try {
    return await script([name], { ...own("preview"), ...env });
  } finally {
    await project.write("Pulumi.dev.yaml", settings);
  }
}

/** What is approved for an up: by whoever reads the backend, and has neither passphrase nor Docker daemon. */
function plan(): Promise<Run> {
  return review("plan", {
    PULUMI_BACKEND_URL: `file://${backend}`,
    SLIPWAY_REGISTRY_READ: join(home, "config.json"),
  });
}

/** What the pods of a lane have. */
function own(lane: string): Record<string, string> {
  const { HOME = "", PULUMI_HOME = join(HOME, ".pulumi") } = process.env;
  return { HOME: home, PULUMI_HOME, SLIPWAY_KUBECONFIG: kubeconfigs.get(lane) ?? "" };
}

function read(path: string): Promise<string> {
  return readFile(join(project.folder, path), "utf8");
}

test("an up leaves a report, and a copy of the state that holds no secret and no key", async () => {
  await project.write("example/shop/package.json", '{ "name": "shop", "version": "97.0.0" }\n');
  await project.commit("an image to build");
  expect(await deploy("up")).toMatchObject({ exitCode: 0 });
  expect(await withoutSecrets("after-up")).toMatchObject({ exitCode: 0 });

  const copy = await read("state/dev.json");
  expect(copy).toContain(`"plaintext":"\\"${HIDDEN}\\""`);
  expect(copy).not.toMatch(/"ciphertext"|secrets_providers|"v1:/);
  expect(copy).not.toContain(CREDENTIAL);
  const page = await read("report-dev.html");
  expect(page).toContain("✓ ready");
  expect(page).toContain("build and push");
});

test("what did not change shows no change in a preview from the copy: not its credentials either", async () => {
  expect(await review("preview")).toMatchObject({ exitCode: 0 });
  const { outcome, services } = JSON.parse(await read("preview-dev.json")) as {
    readonly outcome: string;
    readonly services: object[];
  };
  expect([outcome, services]).toEqual([
    "unchanged",
    [expect.objectContaining({ image: expect.objectContaining({ action: "keep" }) as object })],
  ]);
});

test("a pull request is previewed without the backend and the passphrase: from the copy alone", async () => {
  const own = await read("Pulumi.dev.yaml");
  await project.settings({
    ...settings,
    services: { shop: { ...settings.services.shop, env: { GREETING: "second" }, replicas: 3 } },
  });
  const { exitCode, output } = await review("preview");
  await project.write("Pulumi.dev.yaml", own);
  expect([exitCode, output]).toEqual([0, expect.any(String)]);

  const comment = await read("preview-dev.md");
  expect(comment).toContain("| `shop` | **restart**, 2 → 3: `variable GREETING` | not built:");
  expect(comment).toContain("Values of credentials are not compared");
  expect(comment).not.toMatch(/first|second|canary/);
  expect((JSON.parse(await read("preview-dev.json")) as { outcome: string }).outcome).toBe(
    "changes",
  );
});

function greet(greeting: string): Promise<void> {
  const shop = { ...settings.services.shop, env: { GREETING: greeting } };
  return project.settings({ ...settings, services: { shop } });
}

test("an up is held to its plan, which was made of a copy, and refused where the settings are others by then", async () => {
  await greet("planned");
  expect(await plan()).toMatchObject({ exitCode: 0 });
  expect(await read("plan-dev.json")).not.toContain("ciphertext");
  expect(await deploy("up --expect preview-dev.json")).toMatchObject({ exitCode: 0 });

  expect(await plan()).toMatchObject({ exitCode: 0 });
  await greet("sneaked in");
  const refused = await deploy("up --expect preview-dev.json");
  expect(refused.exitCode).not.toBe(0);
  expect(refused.output).toMatch(/violates plan|not allowed by the plan/);
  await greet("planned");
});

test("a credential that changes is no part of a plan, and its value is not in the refusal", async () => {
  await project.secret("dbPassword", `${CREDENTIAL}-that-is-new`);
  const refused = await deploy("up --expect preview-dev.json");
  expect(refused.exitCode).not.toBe(0);
  expect(refused.output).toMatch(/SealedValues::db violates plan: .*encryptedData/);
  expect(refused.output).not.toContain(CREDENTIAL);
  await project.secret("dbPassword", CREDENTIAL);
});

test("without a plan, too, only what was approved goes out: another content changes nothing", async () => {
  expect(await deploy("up --expect preview-dev.json", { PLAN: "false" })).toMatchObject({
    exitCode: 0,
  });
  const { shop: approved } = await releases();
  await project.write("example/shop/package.json", '{ "name": "shop", "version": "97.5.0" }\n');
  const id = await project.commit("what nobody has approved");
  const refused = await deploy("up --expect preview-dev.json", { PLAN: "false" });
  expect(refused.exitCode).not.toBe(0);
  expect(refused.output).toMatch(
    /what would run is not what was approved; preview again, and have that approved\n +shop: approved the content [0-9a-f]+, would run the content [0-9a-f]+\n/,
  );
  expect(await releases()).toEqual({ shop: approved });
  expect(approved?.commit).not.toBe(id);
  const forgotten = await deploy("up --expect preview-prod.json", { PLAN: "false" });
  expect(forgotten.output).toContain(
    'SLIPWAY_EXPECT: got "preview-prod.json", which cannot be read',
  );
  await project.git("revert", "--no-edit", "HEAD");

  const preview = await read("preview-dev.json");
  const other = `sha256:${"b".repeat(64)}`;
  await project.write(
    "preview-dev.json",
    preview.replace(/"digest": "sha256:[0-9a-f]{64}"/, `"digest": "${other}"`),
  );
  const unknown = await deploy("up --expect preview-dev.json", { PLAN: "false" });
  expect(unknown.exitCode).not.toBe(0);
  expect(unknown.output).toContain(`shop: approved ${other}, would run ${approved?.digest ?? ""}`);
  expect(await releases()).toEqual({ shop: approved });
});

async function releases(): Promise<Readonly<Record<string, ReleaseRecord>>> {
  const { output } = await succeed(project.pulumi("stack", "output", "releases", "--json"));
  return JSON.parse(output) as Record<string, ReleaseRecord>;
}

test("a second up fails at once, and names who holds the stack", async () => {
  const lock = join(backend, ".pulumi/locks/organization/slipway/dev");
  await mkdir(lock, { recursive: true });
  const holder = {
    pid: 412,
    username: "ci",
    hostname: "agent-7",
    timestamp: "2026-11-21T12:08:01Z",
  };
  await writeFile(join(lock, "0b7a1c9e-0000-4000-8000-000000000000.json"), JSON.stringify(holder));
  const second = await deploy("up", { PLAN: "false" });
  await rm(lock, { recursive: true });
  expect(second.exitCode).not.toBe(0);
  expect(second.output).toContain("the stack is currently locked by 1 lock(s)");
  expect(second.output).toContain("created by ci@agent-7 (pid 412) at 2026-11-21T12:08:01Z");
});

test("a rollback pins the image before, and leaves the pin as a patch", async () => {
  await project.write("example/shop/package.json", '{ "name": "shop", "version": "98.0.0" }\n');
  await project.commit("another image");
  expect(await deploy("up", { PLAN: "false" })).toMatchObject({ exitCode: 0 });
  const { exitCode, output } = await deploy("rollback", { SERVICE: "", TO: "" });
  expect([exitCode, output]).toEqual([0, expect.stringContaining("shop is ready at")]);
  expect(await read("pin.patch")).toMatch(/^\+ *slipway:pins:/m);
});
