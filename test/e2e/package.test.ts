// Proves that the npm package works in a project outside the repository, with the dependencies that are installed
// here; it cannot prove that a registry has them for everybody: npm ci of a fresh checkout does.
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { execa } from "execa";

import { environment } from "../../tools/platform/environment.ts";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT } from "../../testbed/kinds.ts";

const CHECKOUT = resolve(import.meta.dirname, "../..");
const PACKED = [
  "build-context",
  "cli",
  "components",
  "contract",
  "docker-config",
  "docs",
  "kubeconfig",
  "mask",
  "package.json",
  "policy",
  "provider",
  "proxy",
  "rights.ts",
  "settings",
  "settings.ts",
  "tsconfig.build.json",
  "tsconfig.json",
  "wire",
];

let folder: string;
let namespace: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "slipway-package-"));
  namespace = folder.slice(folder.lastIndexOf("slipway-")).toLowerCase();
});
afterAll(async () => {
  await pulumi("destroy", "--yes", "--skip-preview", "--stack=own");
  await rm(folder, { recursive: true, force: true });
});

/** Runs a command in the project outside the repository. */
function run(file: string, ...args: string[]) {
  const env = {
    ...environment(),
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: "a passphrase of the tests",
  };
  return execa(file, args, { cwd: join(folder, "project"), env, stdin: "ignore", all: true });
}

const pulumi = (...args: string[]) => run("pulumi", ...args, "--non-interactive", "--color=never");

/** Packs the sources of the checkout from a copy, so that the checkout itself stays without the compiled files. */
async function pack(): Promise<string> {
  const copy = join(folder, "copy");
  for (const path of PACKED) {
    await cp(join(CHECKOUT, path), join(copy, path), { recursive: true });
  }
  await symlink(join(CHECKOUT, "node_modules"), join(copy, "node_modules"));
  const { stdout } = await execa("npm", ["pack", "--json"], { cwd: copy, env: environment() });
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf("["))) as { filename: string }[];
  return join(copy, packed?.filename ?? "");
}

/** Installs the package as npm would, with its dependencies from this checkout. */
async function install(tarball: string): Promise<void> {
  const modules = join(folder, "project/node_modules");
  await mkdir(join(modules, "slipway"), { recursive: true });
  await execa("tar", ["-xzf", tarball, "--strip-components=1", "-C", join(modules, "slipway")]);
  for (const name of await readdir(join(CHECKOUT, "node_modules"))) {
    if (!name.startsWith(".")) {
      await symlink(join(CHECKOUT, "node_modules", name), join(modules, name));
    }
  }
}

/** What docs/library.md tells people to write. */
async function documented(language: string): Promise<string> {
  const page = await readFile(join(CHECKOUT, "docs/library.md"), "utf8");
  return new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "m").exec(page)?.[1] ?? "";
}

test("npm pack has compiled code, types, the provider and the command line, and no sources", async () => {
  const tarball = await pack();
  await install(tarball);
  const { stdout } = await execa("tar", ["-tzf", tarball]);
  const files = stdout.split("\n").map((file) => file.replace(/^package\//, ""));
  expect(files).toEqual(
    expect.arrayContaining([
      "cli/slipway",
      "dist/cli/main.js",
      "dist/components/index.d.ts",
      "dist/components/index.js",
      "dist/provider/main.js",
      "provider/pulumi-resource-slipway",
    ]),
  );
  expect(files.filter((file) => /(?<!\.d)\.ts$|^test\/|^tools\//.test(file))).toEqual([]);
});

test("it depends on what its code loads, and on nothing else", async () => {
  const modules = join(folder, "project/node_modules/slipway");
  const used = new Set<string>();
  for (const file of await readdir(join(modules, "dist"), { recursive: true })) {
    if (!file.endsWith(".js")) {
      continue;
    }
    const text = await readFile(join(modules, "dist", file), "utf8");
    for (const [, name = ""] of text.matchAll(/require\("((?:@[^/"]+\/)?[^/".:]+)[/"]/g)) {
      used.add(name);
    }
  }
  const { dependencies } = JSON.parse(await readFile(join(modules, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  expect([...used].sort()).toEqual(Object.keys(dependencies).sort());
});

test("its command line runs", async () => {
  const { stdout } = await run("node", "node_modules/slipway/cli/slipway", "--version");
  const { version } = JSON.parse(await readFile(join(CHECKOUT, "package.json"), "utf8")) as {
    version: string;
  };
  expect(stdout).toBe(version);
});

test("a program of fewer than 30 lines delivers a service with a credential by its components", async () => {
  const source = await documented("ts");
  expect(source.trim().split("\n").length).toBeLessThan(30);
  const project = join(folder, "project");
  await writeFile(join(project, "index.ts"), source);
  await cp(join(CHECKOUT, "example/shop"), join(project, "shop"), { recursive: true });
  await writeFile(join(project, "Pulumi.yaml"), await documented("yaml"));
  await writeFile(join(project, "package.json"), JSON.stringify({ name: "outside" }));
  await mkdir(join(folder, "state"));
  await pulumi("stack", "init", "own");
  const { SLIPWAY_KUBECONFIG, SLIPWAY_REGISTRY, SLIPWAY_BASE_IMAGE } = environment();
  const config = {
    repository: `${SLIPWAY_REGISTRY}/e2e/${namespace}`,
    kubeconfig: SLIPWAY_KUBECONFIG,
    context: "slipway-platform",
    namespace,
    base: SLIPWAY_BASE_IMAGE,
  };
  for (const [key, value] of Object.entries(config)) {
    await pulumi("config", "set", key, value, "--stack=own");
  }
  await pulumi("up", "--yes", "--skip-preview", "--stack=own");

  const { stdout } = await pulumi("stack", "output", "release", "--json", "--stack=own");
  expect(JSON.parse(stdout)).toMatchObject({ version: 1, verdict: "ready", namespace });
  const deployment = await cluster.get(DEPLOYMENT, namespace, "shop");
  expect(deployment.spec?.template.spec?.containers[0]?.env).toEqual([
    { name: "TOKEN", valueFrom: { secretKeyRef: { name: "token", key: "TOKEN" } } },
  ]);
});

test("its types hold in a strict program", async () => {
  const options = [
    "--strict",
    "--noEmit",
    "--skipLibCheck",
    "--module",
    "node20",
    "--types",
    "node",
  ];
  const { all } = await run("tsc", ...options, "index.ts");
  expect(all).toBe("");
});
