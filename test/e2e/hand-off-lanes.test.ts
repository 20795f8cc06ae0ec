// Proves with real tokens what the lanes of a stack may do that Flux applies; the forms of their rules are test/unit/lanes.test.ts's.
import { join } from "node:path";

import type { JenkinsOutputs } from "../../components/lanes/jenkins-access.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { cluster, kubeConfig } from "../../testbed/cluster.ts";
import { NAMESPACE } from "../../testbed/kinds.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { ensureExtras } from "../../tools/platform/additions.ts";
import { kubeconfigOfAccount } from "../support/account.ts";
import { FluxKustomization } from "../support/flux-kustomization.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { actsBeyond } from "../support/forbidden-acts.ts";
import { GitServer } from "../support/git-server.ts";
import { object } from "../support/intruder.ts";
import { send } from "../support/request.ts";

const REPOSITORY = "deploy";
const PATH = "shop-dev";

interface Outputs {
  readonly releases: { readonly shop: ReleaseRecord };
  readonly jenkins: JenkinsOutputs;
}

const { hostname, port } = new URL(kubeConfig().getCurrentCluster()?.server ?? "");
const jenkins = {
  apiServer: { cidr: `${hostname}/32`, ports: [Number(port)] },
  lanes: { preview: {}, deploy: {} },
};

let server: GitServer;
let admin: Project;
let kustomization: FluxKustomization;
let url: string;
let token: string;
const lane = (name: string): string => `${admin.namespace}-jenkins-${name}`;
const configure = (env: Readonly<Record<string, string>>) =>
  admin.settings({
    jenkins,
    services: { shop: { ...shop, replicas: 1, env } },
    handOff: { to: { git: url, branch: "main", path: PATH }, by: kustomization.by },
  });

beforeAll(async () => {
  [server] = await Promise.all([GitServer.start(), ensureExtras("flux")]);
  url = await server.create(REPOSITORY);
  admin = await Project.create("hand-off-lanes", { env: server.environment });
  const { namespace: name } = admin;
  kustomization = await FluxKustomization.create(server, { url, path: PATH, name });
});
afterAll(async () => {
  removeFolders();
  await kustomization.remove();
  const names = [admin.namespace, lane("preview"), lane("deploy")];
  await kubectl([
    ...["delete", "--ignore-not-found", "--wait=false"],
    "validatingadmissionpolicies,validatingadmissionpolicybindings,clusterroles,clusterrolebindings",
    ...["pods", "proxy", "dry-run", "preview-secrets", "preview", "deploy"].map(lane),
  ]);
  await admin.dispose();
  for (const name of names) {
    await cluster.delete({ ...NAMESPACE, metadata: { name } }).catch(() => undefined);
  }
  await server.dispose();
});

test("an administrator applies the lanes, which are not in the commit, and the up proves them", async () => {
  await configure({});
  const rendered = join(admin.folder, "rendered");
  await succeed(admin.slipway("preview", "--stack=dev", `--manifests=${rendered}`));
  const apply = ["apply", "--server-side", "--filename"];
  await kubectl([...apply, join(rendered, "v1_namespace_*")]);
  await kubectl([...apply, join(rendered, `*${admin.namespace}-jenkins*`)]);
  await succeed(admin.up());

  const { releases, jenkins: outputs } = await admin.outputs<Outputs>();
  expect(releases.shop.verdict).toBe("ready");
  expect(Object.keys(outputs.lanes).sort()).toEqual(["deploy", "preview"]);
  const files = await server.git(REPOSITORY, "ls-tree", "--name-only", "main", `${PATH}/`);
  expect(files).toContain(`${PATH}/deployment-shop.yaml`);
  expect(files).not.toMatch(/\/(?:cluster)?role|\/validatingadmission|jenkins/);
  token = await kubeconfigOfAccount({ namespace: lane("deploy"), name: "agent" });
});

test("the deploy lane ships a change with its token and the repository's key, and changes nothing in the cluster itself", async () => {
  const file = join(folderWith({ kubeconfig: token }), "kubeconfig");
  const deploying = admin.with({ SLIPWAY_KUBECONFIG: file, ...server.environment });
  await configure({ GREETING: "hello" });
  await succeed(deploying.up());
  const { releases } = await admin.outputs<Outputs>();
  expect(releases.shop).toMatchObject({
    verdict: "ready",
    handOff: { revision: await server.head(REPOSITORY) },
  });
  await succeed(deploying.up("--expect-no-changes"));
});

test("whatever else it tries is refused, what it declares and who applies it above all", async () => {
  const { namespace: home } = admin;
  const { releases } = await admin.outputs<Outputs>();
  const [pod = ""] = releases.shop.pods.map(({ name }) => name);
  const group = "/apis/kustomize.toolkit.fluxcd.io/v1";
  const own = `${group}/namespaces/${kustomization.by.flux.namespace}/kustomizations`;
  const apps = `/apis/apps/v1/namespaces/${home}/deployments`;
  const refused = [
    ...actsBeyond({ home, lanes: lane(""), pod }),
    { method: "PATCH", path: `${apps}/shop`, body: { spec: { replicas: 2 } } } as const,
    { method: "DELETE", path: `${apps}/shop` } as const,
    { method: "POST", path: apps, body: object("apps/v1", "Deployment", home) } as const,
    { method: "PATCH", path: `${own}/${home}`, body: { spec: { suspend: true } } } as const,
    { method: "GET", path: own } as const,
    {
      method: "GET",
      path: `/api/v1/namespaces/${kustomization.by.flux.namespace}/secrets`,
    } as const,
  ];
  const answers = await Promise.all(refused.map((request) => send(token, request)));
  expect(refused.filter((_, index) => answers[index]?.status !== 403)).toEqual([]);
  const { status } = await send(token, { method: "GET", path: `${own}/${home}` });
  expect(status).toBe(200);
});
