// Proves the recipes of docs/gates.md and the pipeline's scripts for gates with the real scanners, registry and cosign. Trivy's database is a small
// one of known entries, made by its own program, because the published one cannot be downloaded here; that Jenkins runs the scripts is for
// test/jenkins, and SonarQube is run nowhere.
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";

import { execa } from "execa";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { cosign, cosignFolder } from "../../tools/go/cosign.ts";
import { goBuild } from "../../tools/go/build.ts";
import { trivy, trivyPrograms } from "../../tools/go/trivy.ts";
import { environment } from "../../tools/platform/environment.ts";
import { checkov } from "../../tools/python/checkov.ts";
import { pythonInstall } from "../../tools/python/environment.ts";
import { semgrep } from "../../tools/python/semgrep.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { vulnerabilityDatabase } from "../support/vulnerability-database.ts";

const CHECKOUT = resolve(import.meta.dirname, "../..");
const PASSWORD = "s3cret-of-the-signer";
const ONE = { ...shop, replicas: 1 };

interface Statement {
  readonly predicateType: string;
  readonly predicate: {
    readonly slipway_gate: {
      readonly result: string;
      readonly tool: { readonly name: string; readonly version: string };
      readonly databaseDate?: string;
      readonly counts?: Readonly<Record<string, number>>;
      readonly waivers?: readonly { readonly id: string; readonly until?: string }[];
    };
  };
}

let project: Project;
let database: string;
let backend: string;
/** What the lane that scans has: programs, a folder of its own, and no login, key, passphrase or cluster. */
let lane: Readonly<Record<string, string>>;
let images: Readonly<Record<string, string>>;
beforeAll(async () => {
  await goBuild(trivy, () => undefined);
  await goBuild(cosign, () => undefined);
  const python = [await pythonInstall(checkov), await pythonInstall(semgrep)];
  database = await vulnerabilityDatabase();
  backend = await mkdtemp(join(tmpdir(), "slipway-backend-"));
  const PATH = [environment().PATH, dirname(trivyPrograms.trivy()), cosignFolder(), ...python].join(
    delimiter,
  );
  const HOME = folderWith({ "cosign.password": PASSWORD });
  lane = {
    PATH,
    HOME,
    TRIVY_CACHE_DIR: database,
    TRIVY_SKIP_DB_UPDATE: "true",
    TRIVY_OFFLINE_SCAN: "true",
  };
  project = await Project.create("scans", {
    env: { PATH, PULUMI_BACKEND_URL: `file://${backend}` },
  });
  await cp(join(CHECKOUT, "jenkins"), join(project.folder, "jenkins"), { recursive: true });
  await project.write(".semgrepignore", "cli\ncomponents\nprovider\nsettings\n");
  await withLodash("example/old");
  await project.settings({
    services: { shop: ONE, old: { ...ONE, build: { ...ONE.build, context: "example/old" } } },
  });
  await project.commit("the pipeline");
  await succeed(project.up());
  const { releases } = await project.outputs<{ releases: Record<string, ReleaseRecord> }>();
  images = Object.fromEntries(Object.entries(releases).map(([name, { image }]) => [name, image]));
  await execa("cosign", ["generate-key-pair"], {
    cwd: HOME,
    env: { PATH, COSIGN_PASSWORD: PASSWORD },
  });
});
afterAll(async () => {
  await project.dispose();
  await rm(database, { recursive: true, force: true });
  await rm(backend, { recursive: true, force: true });
  removeFolders();
});

/** A service whose image has a package with vulnerabilities that have been known since 2021. */
async function withLodash(context: string): Promise<void> {
  const folder = join(project.folder, context);
  await cp(join(project.folder, "example/shop"), folder, { recursive: true });
  await mkdir(join(folder, "lodash"));
  const manifest = { name: "lodash", version: "4.17.20", license: "MIT" };
  await writeFile(join(folder, "lodash/package.json"), JSON.stringify(manifest));
  const recipe = await readFile(join(folder, "Dockerfile"), "utf8");
  await writeFile(join(folder, "Dockerfile"), `${recipe}COPY lodash node_modules/lodash\n`);
  await writeFile(join(folder, ".dockerignore"), "*\n!package.json\n!build.ts\n!src\n!lodash\n");
}

/** Runs a program where nothing but the lane's own variables is known. */
async function inLane(
  command: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ exitCode: number; output: string }> {
  const [program = "", ...args] = command.split(" ");
  const options = { cwd: project.folder, env: { ...lane, ...env }, extendEnv: false } as const;
  const { exitCode, all } = await execa(program, args, { ...options, reject: false, all: true });
  return { exitCode: exitCode ?? 1, output: all };
}

/** The gate `scan` alone. */
async function scan(service: string): ReturnType<typeof inLane> {
  const GATES = `gates/${service}`;
  await mkdir(join(project.folder, GATES), { recursive: true });
  const own = { IMAGE: images[service] ?? "", GATES, SERVICE: service, STACK: "dev" };
  return inLane("jenkins/gates/scan.sh", own);
}

/** The stack's state, as if it had one service. */
async function stateOf(service: string): Promise<string> {
  const state = JSON.parse(await project.state()) as {
    readonly deployment: {
      readonly resources: readonly { type: string; outputs?: { releases?: object } }[];
    };
  };
  const stack = state.deployment.resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  const releases = new Map(Object.entries(stack?.outputs?.releases ?? {}));
  if (stack?.outputs !== undefined) {
    stack.outputs.releases = { [service]: releases.get(service) as unknown };
  }
  return JSON.stringify(state);
}

async function statementOf(
  service: string,
  gate: string,
): Promise<Statement["predicate"]["slipway_gate"]> {
  const { predicate } = JSON.parse(
    await project.read(`gates/${service}/${gate}.statement.json`),
  ) as Statement;
  return predicate.slipway_gate;
}

test("the objects that checkov reads are those of the cluster, by digest and without a secret", async () => {
  await succeed(
    project.slipway("preview", "--stack=dev", "--manifests=manifests-dev", "--comment=preview.md"),
  );
  const file = `manifests-dev/${project.namespace}_apps_v1_deployment_shop.yaml`;
  expect(await project.read(file)).toContain(`image: ${images["shop"] ?? ""}`);
  expect(await project.read("manifests-dev/kustomization.yaml")).toContain("v1_service_old.yaml");
});

test("one lane runs every gate and knows no credential: a known vulnerability fails its own, and the others pass", async () => {
  await mkdir(join(project.folder, "state"));
  await project.write("state/dev.json", await stateOf("old"));
  const { exitCode, output } = await inLane("jenkins/scripts/scan.sh dev");
  expect([exitCode, output]).toEqual([0, expect.stringContaining("old: scan has ended with 1")]);
  expect(await statementOf("old", "scan")).toMatchObject({
    result: "failed",
    tool: {
      name: "trivy",
      version: expect.stringMatching(/^v?0\.74\.0$/) as string,
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
    },
    databaseDate: expect.stringMatching(/^20\d\d-/) as string,
    counts: { HIGH: 1 },
  });
  expect((await statementOf("old", "scan")).waivers ?? []).toEqual([]);
  expect((await statementOf("old", "sbom")).result).toBe("passed");
  expect(await statementOf("old", "source")).toMatchObject({
    result: "passed",
    tool: { version: "1.185.0" },
  });
  expect(await statementOf("old", "manifests")).toMatchObject({ result: "passed", counts: {} });
});

test("an image without a known vulnerability passes", async () => {
  await succeed(scan("shop"));
  expect(await statementOf("shop", "scan")).toMatchObject({ result: "passed", counts: {} });
});

test("another lane signs and attaches what was found, a failure as well, and says which gate was not passed", async () => {
  const { exitCode, output } = await inLane("jenkins/scripts/sign.sh dev", {
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE: "a passphrase of the tests",
    // The engine and its plugins are there.
    HOME: homedir(),
    SLIPWAY_GATE_KEY: join(lane["HOME"] ?? "", "cosign.key"),
    SLIPWAY_GATE_PASSWORD: join(lane["HOME"] ?? "", "cosign.password"),
  });
  expect([exitCode, output]).toEqual([1, expect.stringContaining("old: scan was not passed")]);
  expect(output).not.toContain(PASSWORD);
});

test("the bill of materials is beside the image, and is read back by whoever has the public key", async () => {
  const key = `--key=${join(lane["HOME"] ?? "", "cosign.pub")}`;
  const verify = ["verify-attestation", key, "--insecure-ignore-tlog", "--type=cyclonedx"];
  const { stdout } = await execa("cosign", [...verify, images["old"] ?? ""], { env: lane });
  const { payload } = JSON.parse(stdout) as { payload: string };
  const { predicate } = JSON.parse(Buffer.from(payload, "base64").toString()) as {
    readonly predicate: {
      readonly bomFormat: string;
      readonly components: readonly { readonly purl?: string }[];
    };
  };
  expect(predicate.bomFormat).toBe("CycloneDX");
  expect(predicate.components.map(({ purl }) => purl)).toContain("pkg:npm/lodash@4.17.20");
});

describe("what may stay until a day", () => {
  const waive = (day: string) =>
    project.write(
      "jenkins/trivyignore.yaml",
      `vulnerabilities:\n  - id: CVE-2021-23337\n    expired_at: ${day}\n    statement: never called\n`,
    );
  test("passes the gate, and stands in the statement with its end", async () => {
    await waive("2099-01-31");
    await succeed(scan("old"));
    expect(await statementOf("old", "scan")).toMatchObject({
      result: "passed",
      waivers: [{ id: "CVE-2021-23337", until: "2099-01-31T00:00:00.000Z" }],
    });
  });

  test("counts again after that day", async () => {
    await waive("2020-01-31");
    expect((await scan("old")).exitCode).toBe(1);
    expect(await statementOf("old", "scan")).toMatchObject({
      result: "failed",
      counts: { HIGH: 1 },
    });
    expect((await statementOf("old", "scan")).waivers ?? []).toEqual([]);
  });
});

test("a secret in an image is found without any database", async () => {
  const key = ["AKIA", "IOSFODNN7EXAMPLF"].join("");
  await project.write(
    "leak.env",
    `aws_access_key_id = ${key}\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEZ\n`,
  );
  const { exitCode, output } = await inLane(
    "trivy filesystem --scanners secret --exit-code 1 --quiet leak.env",
  );
  expect([exitCode, output]).toEqual([1, expect.stringContaining("AWS Access Key ID")]);
  expect(output).not.toContain(key);
});

test("tests of dev are a gate by whatever command runs them, with the service's address", async () => {
  await project.write("tests.sh", '#!/bin/sh\n[ "$SERVICE" = old ] && [ -n "$URL" ]\n');
  const tests = { SLIPWAY_ACCEPTANCE: "sh tests.sh" };
  await succeed(inLane("jenkins/scripts/acceptance.sh dev", tests));
  expect((await statementOf("old", "acceptance")).result).toBe("passed");
});
