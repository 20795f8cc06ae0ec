// The shape of authentik as its makers deploy it: server and worker of one image, built by a real BuildKit with secrets. Cannot prove
// that a secret stays out of a layer that a Dockerfile writes it into, nor that a server accepts a key that an agent shows to a build.
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { execa } from "execa";

import type { ReleaseRecord } from "../../contract/release-record.ts";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, POD, SERVICE } from "../../testbed/kinds.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { Project } from "../../testbed/project.ts";
import { succeed } from "../../testbed/succeed.ts";
import type { ServiceForm } from "../../settings/service.ts";
import { environment } from "../../tools/platform/environment.ts";
import { application } from "../support/applications.ts";
import { Buildkit } from "../support/buildkit.ts";
import { expectFields } from "../support/live-fields.ts";
import { ArgumentsWatch, found, textBelow } from "../support/marks.ts";
import { createSecret, namespaceMade } from "../support/namespace-made.ts";
import { SshAgent, type SshKey, sshKey } from "../support/ssh-keys.ts";

const secrets = {
  setting: "m4rk-of-a-setting-for-a-build",
  variable: "m4rk-of-a-variable-for-a-build",
  file: "m4rk-of-a-file-for-a-build",
};
const LABELS = { "org.opencontainers.image.title": "authentik", "team.example.com/a": "b c" };

let buildkit: Buildkit;
let project: Project;
let temporary: string;
let agent: SshAgent;
let keys: Readonly<Record<"held" | "file", SshKey>>;
const said: string[] = [];

const cache = () => `\${SLIPWAY_REGISTRY}/e2e/${project.namespace}/cache:authentik`;
const quick = { replicas: 1, settleSeconds: 0, drainSeconds: 0, stopSeconds: 2 };
const authentik = application<"server" | "worker">("authentik", { stopSeconds: 2 });

function services() {
  const server: ServiceForm = {
    ...authentik.server,
    build: {
      ...authentik.server.build,
      platforms: ["linux/amd64", "linux/arm64"],
      labels: LABELS,
      secrets: {
        setting: { setting: "buildToken" },
        variable: { env: "BUILD_TOKEN" },
        file: { file: join(temporary, "token") },
      },
      ssh: { agent: { env: "BUILD_AGENT" }, key: { file: keys.file.path } },
      cacheFrom: [cache()],
      cacheTo: cache(),
    },
  };
  // Beside what its makers say, what a command line may be.
  const worker: ServiceForm = {
    ...authentik.worker,
    command: ["node", "--no-warnings", "/srv/ak.js"],
    args: ["worker", "$(date) pa$$word", { expand: "--queue=$(QUEUE)" }, 4 as unknown as string],
    workingDir: "/srv",
    env: { QUEUE: "mail" },
  };
  return { worker, server };
}

beforeAll(async () => {
  buildkit = await Buildkit.start();
  temporary = await mkdtemp(join(tmpdir(), "slipway-temporary-"));
  await writeFile(join(temporary, "token"), `${secrets.file}\n`);
  keys = { held: await sshKey(temporary, "held"), file: await sshKey(temporary, "file") };
  agent = await SshAgent.start(temporary, keys.held);
  project = await Project.create("authentik", {
    env: { ...buildkit.env, BUILD_TOKEN: secrets.variable, BUILD_AGENT: agent.socket },
    hears: (text) => said.push(text),
  });
  await cp(join(import.meta.dirname, "../fixtures/authentik"), join(project.folder, "authentik"), {
    recursive: true,
  });
  await project.commit("authentik");
  await project.secret("buildToken", secrets.setting);
  await project.settings({ services: services() });
});
afterAll(async () => {
  await project.dispose();
  await buildkit.stop();
  await agent.stop();
  await rm(temporary, { recursive: true, force: true });
});

async function crane(...args: string[]): Promise<Buffer> {
  const { PATH } = environment();
  const { stdout } = await execa("crane", ["--insecure", ...args], {
    env: { PATH },
    encoding: "buffer",
  });
  return Buffer.from(stdout);
}

const json = async <T>(...args: string[]): Promise<T> =>
  JSON.parse((await crane(...args)).toString()) as T;

interface Manifest {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string; readonly mediaType: string }[];
}

/** Everything that an image, or each image of an index, is made of, as one text. */
async function contentOf(image: string): Promise<string> {
  const repository = image.slice(0, image.indexOf("@"));
  const index = await json<{ manifests?: { digest: string }[] }>("manifest", image);
  const digests = index.manifests?.map(({ digest }) => digest) ?? [
    image.slice(image.indexOf("@") + 1),
  ];
  const texts = digests.map(async (digest) => {
    const text = (await crane("manifest", `${repository}@${digest}`)).toString();
    const { config, layers } = JSON.parse(text) as Manifest;
    const blobs = [config, ...layers].map(async (blob) => {
      const content = await crane("blob", `${repository}@${blob.digest}`);
      return (content[0] === 0x1f ? gunzipSync(content) : content).toString("latin1");
    });
    return [text, ...(await Promise.all(blobs))].join("\n");
  });
  return (await Promise.all(texts)).join("\n");
}

const hash = (text: string | Buffer): string => createHash("sha256").update(text).digest("hex");

/** What nobody may see of what the build is given. */
const hidden = () => ({ ...secrets, held: keys.held.mark, key: keys.file.mark });

test("one build gives both services one digest, and each runs its own command line", async () => {
  const watch = new ArgumentsWatch();
  const preview = await succeed(project.pulumi("preview", "--stack=dev"));
  expect(preview.output).toMatch(/slipway:index:ImageBuild +server +create/);
  const { namespace } = project;
  const secret = namespaceMade(namespace).then(() =>
    createSecret(namespace, "authentik", { AUTHENTIK_SECRET_KEY: "a" }),
  );
  const [{ output }] = await Promise.all([succeed(project.up()), secret]);
  const seen = await watch.end();
  expect(seen).toContain("buildx build");
  expect(found(hidden(), seen)).toEqual([]);
  expect(output.match(/ImageBuild .*created/g)).toHaveLength(1);

  const { releases } = await project.outputs<{ releases: Record<string, ReleaseRecord> }>();
  expect(Object.keys(releases).sort()).toEqual(["server", "worker"]);
  expect(releases["worker"]).toMatchObject({ verdict: "ready", image: releases["server"]?.image });
  expect(releases["worker"]?.image).toMatch(/\/server@sha256:/);

  const live = async (name: string) => {
    const { spec, metadata } = await cluster.get(DEPLOYMENT, project.namespace, name);
    const version = metadata?.labels?.["app.kubernetes.io/version"];
    return { container: spec?.template.spec?.containers[0], version };
  };
  await expectFields(namespace, services());
  const [server, worker] = [await live("server"), await live("worker")];
  expect(server.container?.image).toBe(releases["server"]?.image);
  expect(server.container).not.toHaveProperty("command");
  expect(server.container).not.toHaveProperty("workingDir");
  expect(worker.container).toMatchObject({
    image: releases["server"]?.image,
    command: ["node", "--no-warnings", "/srv/ak.js"],
    args: ["worker", "$$(date) pa$$$$word", "--queue=$(QUEUE)", "4"],
  });
  // A worker answers nobody: it has no Service, and is well if its command says so.
  expect(await cluster.find(SERVICE, namespace, "worker")).toBeUndefined();
  expect(worker.version).toBe(server.version);

  const pods = await cluster.list(POD, project.namespace);
  expect(pods.map(({ status }) => status?.containerStatuses?.[0]?.ready)).toEqual([true, true]);
  const started = async (name: string) => {
    const pod = pods.find(({ metadata }) => metadata?.labels?.["app.kubernetes.io/name"] === name);
    const logs = await kubectl(["logs", "-n", project.namespace, pod?.metadata?.name ?? ""]);
    return JSON.parse(logs) as unknown;
  };
  expect(await started("server")).toMatchObject({ argv: ["server"] });
  expect(await started("worker")).toEqual({
    argv: ["worker", "$(date) pa$$word", "--queue=mail", "4"],
    folder: "/srv",
  });
});

test("the secrets were there for the build, and are in no layer, history, log or state", async () => {
  const { releases } = await project.outputs<{ releases: Record<string, ReleaseRecord> }>();
  const image = releases["server"]?.image ?? "";
  const index = await json<{ manifests: { platform: object }[] }>("manifest", image);
  expect(index.manifests.map(({ platform }) => platform)).toEqual([
    { architecture: "amd64", os: "linux" },
    { architecture: "arm64", os: "linux" },
  ]);
  const content = await contentOf(image);
  for (const secret of Object.values(secrets)) {
    expect(content).toContain(hash(secret));
  }
  expect(content).toContain("/run/secrets");
  // An agent and a key were there for SSH: the build has seen which public keys they have.
  const shown = [keys.held, keys.file].map(({ publicBlob }) =>
    hash(Buffer.from(publicBlob, "base64")),
  );
  expect(content).toContain(JSON.stringify(shown));
  expect(found(hidden(), content)).toEqual([]);
  const cached = await crane("manifest", `${image.replace(/server@.*$/, "cache")}:authentik`);
  expect(cached.toString()).toContain('"layers"');
  const { config } = await json<{ config: { Labels: object } }>("config", image);
  expect(config.Labels).toMatchObject(LABELS);

  expect(said.join("")).toMatch(/ImageBuild/);
  expect(found(hidden(), said.join(""))).toEqual([]);
  expect(found(hidden(), await project.stored())).toEqual([]);
  expect(found(hidden(), await textBelow(project.folder))).toEqual([]);
});

test("a second run builds nothing, also with a different secret, and says that nothing changes", async () => {
  await succeed(project.with({ BUILD_TOKEN: "something-else" }).up("--expect-no-changes"));
});

test("a failed build fails both services with one message, and changes neither", async () => {
  const before = await cluster.get(DEPLOYMENT, project.namespace, "worker");
  const recipe = await project.read("authentik/Dockerfile");
  await project.write("authentik/Dockerfile", `${recipe}COPY not-there /\n`);
  const { exitCode, output } = await project.up();
  await project.write("authentik/Dockerfile", recipe);
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/docker buildx build failed:[^]*not-there/);
  expect(output.match(/^ {4}error: docker buildx build failed/gm)).toHaveLength(1);
  expect(found(secrets, output)).toEqual([]);
  const after = await cluster.get(DEPLOYMENT, project.namespace, "worker");
  expect(after.metadata?.generation).toBe(before.metadata?.generation);
});

test("an image for a platform that no node has is refused before anything is applied, in the preview as in the up", async () => {
  const { releases } = await project.outputs<{ releases: Record<string, ReleaseRecord> }>();
  const image = releases["server"]?.image ?? "";
  const foreign = `${image.replace(/@.*$/, "")}:foreign`;
  await crane(
    "mutate",
    "--platform=linux/amd64",
    "--set-platform=linux/arm64",
    "--tag",
    foreign,
    image,
  );
  const digest = (await crane("digest", foreign)).toString().trim();
  const pinned = `${image.replace(/@.*$/, "")}@${digest}`;
  await project.settings({
    services: { ...services(), other: { image: pinned, port: 9000, ...quick } },
  });
  const expected = `image of other: got linux/arm64 in ${pinned}; allowed: linux/amd64, which its nodes are`;
  for (const run of [project.pulumi("preview", "--stack=dev"), project.up()]) {
    const { exitCode, output } = await run;
    expect(exitCode).not.toBe(0);
    expect(output).toContain(expected);
  }
  expect(await cluster.list(DEPLOYMENT, project.namespace)).toHaveLength(2);

  const { server } = services();
  const arm = { ...server, build: { ...server.build, platforms: ["linux/arm64"] } };
  await project.settings({ services: { server: arm } });
  const { output } = await project.up();
  expect(output).toContain(
    "image of server: got linux/arm64 in its build; allowed: linux/amd64, which its nodes are",
  );
  await project.settings({ services: services() });
});

test("a builder that ignores the platform is told of, and nothing of the service is applied", async () => {
  // Docker's classic builder takes whatever the base image is for, where nothing is run.
  await mkdir(join(project.folder, "plain"));
  await project.write("plain/Dockerfile", "ARG BASE\nFROM ${BASE}\nCOPY Dockerfile /srv/\n");
  const build = {
    context: "plain",
    args: { BASE: "${SLIPWAY_BASE_IMAGE}" },
    platform: "linux/arm64",
  };
  const plain = { build, port: 9000, checkPlatform: false, ...quick };
  await project.settings({ services: { ...services(), plain } });
  const { exitCode, output } = await project.up();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(
    /image of plain: got linux\/amd64 in \S+\/plain@sha256:\w{64}; allowed: linux\/arm64, as its build says; the builder or the base image has ignored that/,
  );
  expect(await cluster.find(DEPLOYMENT, project.namespace, "plain")).toBeUndefined();
  await project.settings({ services: services() });
});
