// Proves where marks are not after runs as they are meant, with an event log. It cannot prove -v and --logtostderr: at any level the engine then writes its calls, secrets in clear, to the temporary folder or to stderr.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

import { cluster } from "../../testbed/cluster.ts";
import { SECRET } from "../../testbed/kinds.ts";
import { ArgumentsWatch, found, textBelow } from "../support/marks.ts";
import { objectsBesideSecrets } from "../support/namespace-objects.ts";
import { PrivateRegistry } from "../support/private-registry.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { RESOURCES } from "../../contract/tokens.ts";

/** Secrets that are given, by the setting or output that has them. */
const given = {
  variable: "m4rk-of-a-variable",
  file: "m4rk-of-a-file-in-the-pod",
  login: "m4rk-of-a-username-and-password",
  text: "m4rk-of-a-secret-text",
  document: "m4rk-of-a-secret-file",
  sshKey: "m4rk-of-an-ssh-private-key",
  passphrase: "m4rk-of-its-passphrase",
  appKey: "m4rk-of-a-github-app-key",
  clientKey: "m4rk-of-a-client-key",
  ledger: "m4rk-of-another-stack",
  later: "m4rk-of-a-changed-variable",
  argument: "m4rk-of-a-build-argument",
  registry: PrivateRegistry.password,
};
const of = (setting: keyof typeof given) => ({ setting });
const credentials = {
  variable: {
    keys: {
      VARIABLE: of("variable"),
      MADE: { random: { length: 40 } },
      LEDGER: { stack: "organization/ledger/prod", output: "token" },
    },
  },
  file: { scope: "namespace-wide", keys: { key: of("file") } },
  login: {
    scope: "cluster-wide",
    format: "usernamePassword",
    keys: { username: "deployer", password: of("login") },
  },
  text: { format: "secretText", keys: { text: of("text") } },
  document: {
    format: "secretFile",
    keys: { filename: "document", data: { setting: "document", encoding: "base64" } },
  },
  ssh: {
    format: "basicSSHUserPrivateKey",
    keys: { username: "git", privateKey: of("sshKey"), passphrase: of("passphrase") },
  },
  app: { format: "gitHubApp", keys: { appID: "1", privateKey: of("appKey") } },
  client: {
    format: "x509ClientCert",
    keys: { clientCertificate: "c", clientKeySecret: of("clientKey"), serverCaCertificate: "c" },
  },
  pull: { format: "dockerconfigjson" },
};

const said: string[] = [];
let project: Project;
let registry: PrivateRegistry;
let temporary: string;
let began: number;
let watch: ArgumentsWatch;
/** All secrets there are: those that are made up join the given ones. */
let secrets: Record<string, string> = given;

const ledger = (...args: string[]) => project.pulumi("--cwd=ledger", ...args);
const dataOf = async (name: string, key: string): Promise<string> => {
  const { data } = await cluster.get(SECRET, project.namespace, name);
  return Buffer.from(data?.[key] ?? "", "base64").toString();
};
const settings = () =>
  project.settings({
    registry: {
      repository: `${registry.address}/team`,
      username: PrivateRegistry.username,
      pullSecret: "pull",
    },
    credentials,
    services: {
      shop: {
        ...shop,
        replicas: 1,
        credentials: ["variable"],
        files: { "/run/key": { credential: "file", key: "key" } },
      },
    },
  });
const eventLog = (name: string) => `--event-log=${join(project.folder, `${name}.events`)}`;

beforeAll(async () => {
  began = Date.now();
  registry = await PrivateRegistry.start();
  temporary = await mkdtemp(join(tmpdir(), "slipway-temporary-"));
  project = await Project.create("leaks", {
    // The event log is one of the options that the CLI has for those who look for faults in it.
    env: { TMPDIR: temporary, PULUMI_DEBUG_COMMANDS: "true" },
    hears: (text) => said.push(text),
  });
  watch = new ArgumentsWatch();
  await settings();
  const texts = [
    "variable",
    "file",
    "login",
    "text",
    "sshKey",
    "passphrase",
    "appKey",
    "clientKey",
  ];
  for (const name of texts as (keyof typeof given)[]) {
    await project.secret(name, given[name]);
  }
  await project.secret("document", Buffer.from(given.document).toString("base64"));
  await project.secret("registryPassword", given.registry);
  await mkdir(join(project.folder, "ledger"));
  const runtime = { name: "nodejs", options: { typescript: false } };
  await project.write("ledger/Pulumi.yaml", JSON.stringify({ name: "ledger", runtime }));
  await project.write("ledger/package.json", JSON.stringify({ main: "index.js" }));
  await project.write(
    "ledger/index.js",
    `const pulumi = require("@pulumi/pulumi"); exports.token = new pulumi.Config().requireSecret("token");`,
  );
  await succeed(ledger("stack", "init", "prod"));
  await project.secret("ledger:token", given.ledger, "--cwd=ledger", "--stack=prod");
  await succeed(ledger("up", "--yes", "--skip-preview", "--stack=prod"));
});
afterAll(async () => {
  await watch.end();
  await ledger("destroy", "--yes", "--skip-preview", "--stack=prod");
  await project.dispose();
  await registry.stop();
  await rm(temporary, { recursive: true, force: true });
});

test("marks go every way that there is for a secret, and arrive", async () => {
  await succeed(project.pulumi("preview", "--diff", "--stack=dev"));
  await succeed(project.up(eventLog("first")));
  expect(await dataOf("variable", "VARIABLE")).toBe(given.variable);
  expect(await dataOf("variable", "LEDGER")).toBe(given.ledger);
  expect(await dataOf("document", "data")).toBe(given.document);
  expect(await dataOf("pull", ".dockerconfigjson")).toContain(given.registry);
  secrets = { ...given, made: await dataOf("variable", "MADE") };
  expect(secrets["made"]).toHaveLength(40);

  await project.secret("variable", given.later);
  await succeed(project.pulumi("preview", "--diff", "--stack=dev"));
  await succeed(project.up("--diff", eventLog("second")));
  expect(await dataOf("variable", "VARIABLE")).toBe(given.later);
  await succeed(project.pulumi("refresh", "--yes", "--diff", "--stack=dev"));
  for (const command of ["output", "history", "export"]) {
    await succeed(project.pulumi("stack", command, "--stack=dev"));
  }
});

test("a secret for a build argument is refused without a look at it", async () => {
  const before = await project.read("Pulumi.dev.yaml");
  await project.secret("services.shop.build.args.TOKEN", given.argument, "--path", "--stack=dev");
  const { exitCode, output } = await project.up(eventLog("refused"));
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/services: got a secret, which would be readable in the cluster/);
  await project.write("Pulumi.dev.yaml", before);
});

test("no mark is in the state, its backups and history, in what was said or logged, or in a file", async () => {
  const files = await textBelow(project.folder);
  expect(files).toContain("first.events");
  expect(said.join("")).toContain(RESOURCES.SealedValues);
  expect(found(secrets, await project.stored())).toEqual([]);
  expect(found(secrets, said.join(""))).toEqual([]);
  expect(found(secrets, files)).toEqual([]);
  expect(found(secrets, await textBelow(temporary))).toEqual([]);
  // What the engine logs by itself of every command is packed until it knows the stack's key, and encrypted from then on.
  const home = process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
  const logs = await textBelow(join(home, "logs"), began);
  expect(logs).toContain("organization+slipway+dev");
  expect(logs).toContain('"Command":"pulumi stack history"');
  expect(found(secrets, logs)).toEqual([]);
});

test("no mark is in any object of the cluster but the Secrets", async () => {
  const objects = await objectsBesideSecrets(project.namespace);
  const kinds = objects.map(({ kind }) => kind);
  expect(kinds).toEqual(expect.arrayContaining(["SealedSecret", "Deployment", "Pod", "Event"]));
  expect(found(secrets, JSON.stringify(objects))).toEqual([]);
});

test("no mark was in the arguments of any process", async () => {
  const seen = await watch.end();
  expect(seen).toContain("pulumi up");
  expect(seen).toContain("pulumi-resource-slipway");
  expect(found(secrets, seen)).toEqual([]);
});
