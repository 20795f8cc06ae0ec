// Proves that a forged state runs a command as whoever uses it next, and that it is refused before that: by the command itself, by the others that run
// the engine, and by the pipeline's script. What else can be forged is tested under test/unit; states of good stacks are checked where stories end.
import { existsSync } from "node:fs";
import { chmod, cp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

import { execa } from "execa";

import { folderWith, removeFolders } from "../support/folder.ts";
import manifest from "../../package.json" with { type: "json" };
import { Project } from "../../testbed/project.ts";
import { environment } from "../../tools/platform/environment.ts";

const CHECKOUT = resolve(import.meta.dirname, "../..");
const START = "urn:pulumi:dev::slipway::";
const PROVIDER = `${START}pulumi:providers:kubernetes::helper`;
const CONFIG_MAP = `${START}kubernetes:core/v1:ConfigMap::helper`;

interface Checkpoint {
  readonly checkpoint: { readonly latest: { resources?: readonly unknown[] } };
}

let backend: string;
/** What the forger's command writes. */
let trace: string;
/** The state as the engine wrote it. */
let own: string;
let project: Project;
beforeAll(async () => {
  backend = folderWith({});
  trace = join(folderWith({}), "trace");
  project = await Project.create("forged", { env: { PULUMI_BACKEND_URL: `file://${backend}` } });
  await cp(join(CHECKOUT, "jenkins"), join(project.folder, "jenkins"), { recursive: true });
  const image = `registry.example.com/shop@sha256:${"a".repeat(64)}`;
  await project.settings({ services: { shop: { image, port: 8080 } } });
  own = await readFile(join(backend, ".pulumi/stacks/slipway/dev.json"), "utf8");
});
afterEach(() => rm(trace, { force: true }));
afterAll(async () => {
  await project.forget();
  removeFolders();
});

/** A kubeconfig of which a client runs a command before it sends anything. */
function kubeconfigThatRuns(): string {
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1",
    command: "sh",
    args: ["-c", `id -un > ${trace}; exit 1`],
    interactiveMode: "Never",
  };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "c",
    clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
    users: [{ name: "u", user: { exec } }],
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
  });
}

/** Puts two entries into the file of the state, as whoever may write there can: no passphrase is needed. */
async function forge(): Promise<void> {
  const file = join(backend, ".pulumi/stacks/slipway/dev.json");
  const state = JSON.parse(await readFile(file, "utf8")) as Checkpoint;
  const id = "00000000-0000-4000-8000-000000000000";
  const version = manifest.dependencies["@pulumi/kubernetes"];
  const inputs = { kubeconfig: kubeconfigThatRuns(), version };
  const metadata = { name: "helper", namespace: "default" };
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata };
  state.checkpoint.latest.resources = [
    {
      urn: PROVIDER,
      custom: true,
      id,
      type: "pulumi:providers:kubernetes",
      inputs,
      outputs: inputs,
    },
    {
      urn: CONFIG_MAP,
      custom: true,
      id: "default/helper",
      type: "kubernetes:core/v1:ConfigMap",
      inputs: object,
      outputs: object,
      provider: `${PROVIDER}::${id}`,
    },
  ];
  await writeFile(file, JSON.stringify(state));
}

const REFUSED = [
  "error: the state of dev has what its program never wrote, and the engine would act on it; no plugin was started",
  `${PROVIDER}: name: got "helper"; allowed: cluster; the program has no other provider`,
  `${PROVIDER}: inputs.kubeconfig: got "{\\"apiVersion\\":\\"v1\\"`,
  `${CONFIG_MAP}: type: got "kubernetes:core/v1:ConfigMap"; allowed: what the program makes at this place`,
];

function expectRefusal({ exitCode, output }: { exitCode: number; output: string }): void {
  expect(exitCode).toBe(1);
  for (const line of REFUSED) {
    expect(output).toContain(line);
  }
  expect(existsSync(trace)).toBe(false);
}

test("the state of a stack that never ran passes", async () => {
  expect(await project.slipway("verify-state", "--stack", "dev")).toEqual({
    exitCode: 0,
    output: "dev: the state has only what its program writes",
  });
});

test("plain pulumi runs the command of a forged state", async () => {
  await forge();
  await project.pulumi("refresh", "--yes", "--skip-preview", "--stack=dev");
  expect(existsSync(trace)).toBe(true);
});

test("verify-state refuses it, and names each entry", async () => {
  expectRefusal(await project.slipway("verify-state", "--stack", "dev"));
});

test("an exported state is refused as the stack's own", async () => {
  await project.write("exported.json", await project.state());
  expectRefusal(await project.slipway("verify-state", "--stack", "dev", "--file", "exported.json"));
});

test.each([["preview"], ["refresh"]])("slipway %s does not begin with it", async (command) => {
  expectRefusal(await project.slipway(command, "--stack", "dev"));
});

test("the pipeline's up ends before the engine begins", async () => {
  const tools = folderWith({ npm: "#!/bin/sh\nexit 0\n" });
  await chmod(join(tools, "npm"), 0o755);
  const env = {
    ...environment(),
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE: "a passphrase of the tests",
  };
  const { exitCode, all } = await execa("jenkins/scripts/up.sh", ["dev"], {
    cwd: project.folder,
    env: { ...env, PATH: `${tools}:${process.env["PATH"] ?? ""}` },
    reject: false,
    all: true,
  });
  expectRefusal({ exitCode: exitCode ?? 0, output: all });
  expect(all).not.toContain("Updating (dev)");
});

test("a state that names a secrets provider of its own is refused before anybody opens that", async () => {
  const file = join(backend, ".pulumi/stacks/slipway/dev.json");
  const state = JSON.parse(await readFile(file, "utf8")) as {
    checkpoint: { latest: Record<string, unknown> };
  };
  const provider = {
    type: "service",
    state: { url: "http://127.0.0.1:1", owner: "o", project: "slipway", stack: "dev" },
  };
  Object.assign(state.checkpoint.latest, { resources: [], secrets_providers: provider });
  await writeFile(file, JSON.stringify(state));
  const { exitCode, output } = await project.slipway("verify-state", "--stack", "dev");
  expect([exitCode, output]).toEqual([
    1,
    expect.stringContaining('secrets_providers: got "service"; allowed: passphrase'),
  ]);
});

test("what is checked is the file that the engine takes: a newer one beside the state hides that", async () => {
  const file = join(backend, ".pulumi/stacks/slipway/dev.json");
  await writeFile(file, own);
  const verified = () => project.slipway("verify-state", "--stack", "dev");
  expect(await verified()).toMatchObject({ exitCode: 0 });
  await forge();
  await writeFile(`${file}.gz`, gzipSync(await readFile(file)));
  await writeFile(file, own);
  await utimes(file, new Date(0), new Date(0));
  expectRefusal(await verified());
});
