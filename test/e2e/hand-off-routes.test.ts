// Proves the ways to a real Flux beside a push over HTTP: an artifact in a registry, a pull request, and SSH. What GitHub's, GitLab's
// or another host's own rules for branches refuse is proved by nobody here.
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { cluster } from "../../testbed/cluster.ts";
import { DEPLOYMENT, NAMESPACE } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { ensureExtras } from "../../tools/platform/additions.ts";
import { NODE_ADDRESS } from "../../tools/platform/addresses.ts";
import { FluxKustomization } from "../support/flux-kustomization.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { GitServer } from "../support/git-server.ts";
import { PrivateRegistry } from "../support/private-registry.ts";
import { SshDoor } from "../support/ssh-door.ts";

const REPOSITORY = "deploy";
const PATH = "shop-dev";
const ARTIFACT = "manifests/shop";
const TAG = "dev";

interface Outputs {
  readonly releases: { readonly shop: ReleaseRecord };
  readonly handOff: {
    readonly revision: string;
    readonly pullRequest?: {
      readonly branch: string;
      readonly title: string;
      readonly body: string;
    };
  };
}

let server: GitServer;
let door: SshDoor;
let registry: PrivateRegistry;
let project: Project;
let kustomization: FluxKustomization;
beforeAll(async () => {
  [server, door, registry] = await Promise.all([
    GitServer.start(),
    SshDoor.open(),
    PrivateRegistry.start(NODE_ADDRESS),
    ensureExtras("flux"),
  ]);
  await server.create(REPOSITORY);
  const { dockerConfig } = registry;
  const DOCKER_CONFIG = folderWith({ "config.json": dockerConfig });
  const env = { ...(await door.environment()), DOCKER_CONFIG };
  project = await Project.create("hand-off-routes", { env });
  kustomization = await FluxKustomization.from(
    {
      kind: "OCIRepository",
      spec: { url: `oci://${registry.address}/${ARTIFACT}`, ref: { tag: TAG }, insecure: true },
      secret: {
        type: "kubernetes.io/dockerconfigjson",
        stringData: { ".dockerconfigjson": dockerConfig },
      },
    },
    { path: "", name: project.namespace },
  );
});
afterAll(async () => {
  removeFolders();
  await kustomization.remove();
  await project.dispose();
  await cluster.delete({ ...NAMESPACE, metadata: { name: project.namespace } });
  await Promise.all([server.dispose(), door.close(), registry.stop()]);
});

const settings = (to: object, env: Readonly<Record<string, string>>) =>
  project.settings({
    services: { shop: { ...shop, replicas: 1, env } },
    handOff: { to, by: kustomization.by, timeoutSeconds: 60 },
  });
const outputs = () => project.outputs<Outputs>();
const applied = async () => (await kustomization.status()).lastAppliedRevision;
const greeting = async () => {
  const { spec } = await cluster.get(DEPLOYMENT, project.namespace, "shop");
  const env = spec?.template.spec?.containers[0]?.env ?? [];
  return env.find(({ name }) => name === "GREETING")?.value;
};

describe("an artifact in a registry", () => {
  const to = () => ({ oci: `oci://${registry.address}/${ARTIFACT}:${TAG}` });
  let good: string;

  test("goes from the source to proved pods, and says which commit it is of", async () => {
    const commit = await project.commit("Say hello from a registry");
    await settings(to(), { GREETING: "from a registry" });
    await succeed(project.up());
    const { releases, handOff } = await outputs();
    good = handOff.revision;
    expect(releases.shop).toMatchObject({ verdict: "ready", handOff: { revision: good } });
    expect(releases.shop.pods).toHaveLength(1);
    expect(await greeting()).toBe("from a registry");
    expect(await applied()).toBe(`${TAG}@${good}`);
    const { annotations } = await manifestAt(TAG);
    expect(annotations["org.opencontainers.image.revision"]).toBe(commit);
  });

  test("that nothing changes is pushed by nobody", async () => {
    await project.commit("A word on nothing");
    await succeed(project.up());
    expect((await outputs()).handOff.revision).toBe(good);
    expect(await digestAt(TAG)).toBe(good);
  });

  test("with a bad release ends as the usual verdict, and its tag leads back", async () => {
    await settings(to(), { FAULT_CRASH_AT_START: "3" });
    const { exitCode, output } = await project.up();
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/shop: crash-loop after \d+ s/);
    expect((await outputs()).releases.shop).toMatchObject({
      ...{ verdict: "failed", reason: "crash-loop" },
      running: { verdict: "ready" },
    });
    expect(await digestAt(TAG)).toBe(good);
    expect(await applied()).toBe(`${TAG}@${good}`);
  });

  const manifestAt = async (reference: string) =>
    (await answer(reference)).json() as Promise<Manifest>;
  const digestAt = async (reference: string) =>
    (await answer(reference)).headers.get("docker-content-digest");
  const answer = (reference: string) => {
    const { username, password } = PrivateRegistry;
    const login = Buffer.from(`${username}:${password}`).toString("base64");
    const headers = {
      Accept: "application/vnd.oci.image.manifest.v1+json",
      Authorization: `Basic ${login}`,
    };
    return fetch(`http://${registry.address}/v2/${ARTIFACT}/manifests/${reference}`, { headers });
  };
});

interface Manifest {
  readonly annotations: Readonly<Record<string, string>>;
}

describe("a repository over SSH", () => {
  const url = () => door.url(server.path(REPOSITORY));
  const to = (more: object = {}) => ({ git: url(), branch: "main", path: PATH, ...more });
  let branch: string;

  test("gets a branch that a person merges, with a title and a body, while nothing else changes", async () => {
    await kustomization.remove();
    const spec = { url: url(), ref: { branch: "main" } };
    const secret = { stringData: await door.fluxSecret() };
    kustomization = await FluxKustomization.from(
      { kind: "GitRepository", spec, secret },
      { path: PATH, name: project.namespace },
    );
    const head = await server.head(REPOSITORY);
    const commit = await project.commit("Ask somebody first");
    await settings(to({ pullRequest: true }), { GREETING: "once it is merged" });
    await succeed(project.up());

    const { handOff, releases } = await outputs();
    branch = `slipway/slipway-dev/${commit.slice(0, 12)}`;
    expect(handOff.pullRequest).toMatchObject({
      branch,
      title: expect.stringMatching(/^Release shop to /) as string,
    });
    expect(handOff.pullRequest?.body).toContain(releases.shop.image);
    expect(await server.head(REPOSITORY)).toBe(head);
    expect(await server.head(REPOSITORY, branch)).toBe(handOff.revision);
    expect(await greeting()).toBe("from a registry");
    const { output } = await succeed(project.slipway("status", "--stack", "dev"));
    expect(output).toContain(`to be merged: branch ${branch}`);
  });

  test("is waited for once a person has merged it, and the pods are proved", async () => {
    const tree = await server.git(REPOSITORY, "rev-parse", `${branch}^{tree}`);
    const parents = ["-p", "main", "-p", branch];
    const person = ["-c", "user.name=Jane", "-c", "user.email=jane@example.com"];
    const merged = await server.git(
      REPOSITORY,
      ...[...person, "commit-tree", tree, ...parents, "-m", "Merge the release"],
    );
    await server.force(REPOSITORY, merged);
    await succeed(project.up());
    const { handOff, releases } = await outputs();
    expect(handOff).toMatchObject({ revision: merged });
    expect(handOff.pullRequest).toBeUndefined();
    expect(releases.shop).toMatchObject({ verdict: "ready", handOff: { revision: merged } });
    expect(await greeting()).toBe("once it is merged");
    expect(await server.head(REPOSITORY)).toBe(merged);
  });

  test("takes a push by key where nobody has to merge", async () => {
    await settings(to(), { GREETING: "by key" });
    await succeed(project.up());
    const { releases } = await outputs();
    const head = await server.head(REPOSITORY);
    expect(releases.shop).toMatchObject({ verdict: "ready", handOff: { revision: head } });
    expect(await server.git(REPOSITORY, "log", "-1", "--format=%s", "main")).toMatch(
      /^Release shop to /,
    );
    expect(await applied()).toBe(`main@sha1:${head ?? ""}`);
    expect(await greeting()).toBe("by key");
  });
});
