// Proves the rights of the lanes with real tokens on one API server; it cannot prove that a network enforces their NetworkPolicies,
// nor how Jenkins' own plugin behaves.
import { join } from "node:path";

import type { V1Role } from "@kubernetes/client-node";

import type { JenkinsOutputs } from "../../components/lanes/jenkins-access.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { kubeconfigOfAccount } from "../support/account.ts";
import { cluster, kubeConfig } from "../../testbed/cluster.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { object, PINNED, podWith, restricted } from "../support/intruder.ts";
import { actsBeyond } from "../support/forbidden-acts.ts";
import { DEPLOYMENT, type Kind, ROLE, SECRET } from "../../testbed/kinds.ts";
import { Project } from "../../testbed/project.ts";
import { type Request, send } from "../support/request.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

interface Outputs {
  readonly releases: Readonly<Record<string, ReleaseRecord>>;
  readonly jenkins: JenkinsOutputs;
}

const { hostname, port } = new URL(kubeConfig().getCurrentCluster()?.server ?? "");
const jenkins = {
  apiServer: { cidr: `${hostname}/32`, ports: [Number(port)] },
  lanes: { preview: {}, build: { images: [PINNED] }, deploy: {} },
};
const credentials = {
  payment: { keys: { API_KEY: { setting: "apiKey" } } },
  registry: {
    format: "usernamePassword",
    keys: { username: "ci", password: { random: { length: 20 } } },
  },
};
const ingress = { host: "shop.example.com", class: "nobodys", awaitAddress: false };
const service = { ...shop, credentials: ["payment"], ingress };
const both = { shop: service, spare: { ...service, ingress: undefined } };

let admin: Project;
let settings: Record<string, unknown>;
/** Tokens by lane, as kubeconfigs. */
const tokens: Record<string, string> = {};
const lane = (name: string): string => `${admin.namespace}-jenkins-${name}`;
/** A kubeconfig with nothing but the lane's token. */
const fileOf = (name: string): string =>
  join(folderWith({ kubeconfig: tokens[name] ?? "" }), "kubeconfig");
const as = (name: string): Project => admin.with({ SLIPWAY_KUBECONFIG: fileOf(name) });
const configure = async (change: Record<string, unknown>): Promise<void> => {
  settings = { ...settings, ...change };
  await admin.settings(settings);
};

beforeAll(async () => {
  admin = await Project.create("lanes");
  settings = { jenkins, credentials, services: both };
  await configure({});
  await admin.secret("apiKey", "an API key");
});
afterAll(async () => {
  removeFolders();
  await admin.dispose();
});

test("an administrator's up makes the lanes, a credential and the releases from nothing", async () => {
  await succeed(admin.up());

  const { releases, jenkins: outputs } = await admin.outputs<Outputs>();
  expect(releases["shop"]?.verdict).toBe("ready");
  expect(outputs.credentials).toEqual(["registry"]);
  expect(outputs.lanes.deploy).toEqual({
    namespace: lane("deploy"),
    launcher: "launcher",
    agent: "agent",
  });
  expect(JSON.stringify(outputs)).not.toMatch(/token/i);
  expect(await cluster.list(SECRET, lane("deploy"))).toEqual([]);
  for (const name of ["preview", "build", "deploy"]) {
    tokens[name] = await kubeconfigOfAccount({ namespace: lane(name), name: "agent" });
  }
  tokens["launcher"] = await kubeconfigOfAccount({ namespace: lane("preview"), name: "launcher" });
});

test("the deploy lane, with nothing but its token, finds no change, previews and refreshes", async () => {
  const deploying = as("deploy");
  await succeed(deploying.up("--expect-no-changes"));
  await succeed(deploying.pulumi("preview", "--expect-no-changes", "--stack=dev"));
  const { output } = await succeed(
    deploying.pulumi("refresh", "--yes", "--expect-no-changes", "--stack=dev"),
  );
  expect(output).not.toMatch(/forbidden/i);
});

test("the deploy lane ships a new image with other settings, and takes a service away", async () => {
  const deploying = as("deploy");
  const before = await admin.outputs<Outputs>();
  const source = "example/shop/src/main.ts";
  await admin.write(source, `${await admin.read(source)}\nprocess.title = "shop";\n`);
  await configure({ services: { shop: { ...service, env: { COLOUR: "green" } } } });
  await admin.commit("a new image");
  await succeed(deploying.up());

  const { releases } = await admin.outputs<Outputs>();
  expect(releases["shop"]?.verdict).toBe("ready");
  expect(releases["shop"]?.digest).not.toBe(before.releases["shop"]?.digest);
  // Whoever deletes need not wait for the pods.
  const spare = await cluster.find(DEPLOYMENT, admin.namespace, "spare");
  expect(spare === undefined || spare.metadata?.deletionTimestamp !== undefined).toBe(true);
});

test("whatever else the deploy lane tries is refused", async () => {
  const { releases } = await admin.outputs<Outputs>();
  const [pod = ""] = releases["shop"]?.pods.map(({ name }) => name) ?? [];
  const refused = actsBeyond({ home: admin.namespace, lanes: lane(""), pod });
  const answers = await Promise.all(
    refused.map((request) => send(tokens["deploy"] ?? "", request)),
  );
  const allowed = refused.filter((_, index) => answers[index]?.status !== 403);
  expect(allowed).toEqual([]);
  const { status } = await send(tokens["deploy"] ?? "", {
    method: "GET",
    path: `/api/v1/namespaces/${admin.namespace}/secrets/payment`,
  });
  expect(status).toBe(200);
});

test("other lanes are refused to the deploy lane with what changes and who must run what, before anything is touched", async () => {
  const deploying = as("deploy");
  const before = await cluster.get(DEPLOYMENT, admin.namespace, "shop");
  const autoscale = { min: 2, max: 3 };
  const other = { ...ingress, host: "other.example.com" };
  const change = { replicas: undefined, autoscale, ingress: other, env: { COLOUR: "blue" } };
  const scaled = { ...service, ...change };
  await configure({ services: { shop: scaled } });

  const { exitCode, output } = await deploying.up();
  expect(exitCode).not.toBe(0);
  expect(output).toContain(
    `Jenkins' lanes change, and system:serviceaccount:${lane("deploy")}:agent may not patch roles in ${admin.namespace}; as an administrator of the cluster, run npx slipway verify-state, then pulumi up --refresh with these settings; then run again from the lane`,
  );
  expect(output).toMatch(
    /Role .*-deploy: with create, delete, get, list, patch, watch: horizontalpodautoscalers\.autoscaling/,
  );
  expect(output).toMatch(/ValidatingAdmissionPolicy .*-deploy-ingresses: changed/);
  expect(output.match(/^ +error: /gm)).toHaveLength(2);
  const after = await cluster.get(DEPLOYMENT, admin.namespace, "shop");
  expect(after.metadata?.resourceVersion).toBe(before.metadata?.resourceVersion);
});

const scaling = (role: V1Role): string[] | undefined =>
  role.rules?.find(({ resources }) => resources?.includes("horizontalpodautoscalers"))?.verbs;
const roleOf = (kind: Kind<V1Role>): Promise<V1Role> =>
  cluster.get(kind, admin.namespace, lane("deploy"));

test("the administrator's up gives the deploy lane the new kind's verbs, and takes them away with the kind", async () => {
  await succeed(admin.up());
  expect(scaling(await roleOf(ROLE))).toEqual([
    "create",
    "delete",
    "get",
    "list",
    "patch",
    "watch",
  ]);
  await succeed(as("deploy").up("--expect-no-changes"));

  await configure({ services: { shop: service } });
  await succeed(admin.up());
  expect(scaling(await roleOf(ROLE))).toBeUndefined();
});

test("the preview lane sees what the administrator sees, asks the server, and writes nothing", async () => {
  await configure({ services: { shop: { ...service, env: { COLOUR: "red" } } } });
  const previews = await Promise.all(
    [as("preview"), admin].map((project) =>
      succeed(project.pulumi("preview", "--diff", "--suppress-progress", "--stack=dev")),
    ),
  );
  const [theirs, ours] = previews.map(({ output }) =>
    // The plugins start when they like.
    output.replace(/Duration: .*|.*: offline stand-in for the official plugin\n/g, ""),
  );
  expect(theirs).toMatch(/"red"/);
  expect(theirs).toBe(ours);

  const path = `/apis/apps/v1/namespaces/${admin.namespace}/deployments/shop`;
  const wrong = { spec: { selector: { matchLabels: { app: "other" } } } };
  const right = { metadata: { annotations: { seen: "true" } } };
  const ask = (request: Request) => send(tokens["preview"] ?? "", request);
  expect(await ask({ method: "PATCH", path: `${path}?dryRun=All`, body: right })).toMatchObject({
    status: 200,
  });
  expect(await ask({ method: "PATCH", path: `${path}?dryRun=All`, body: wrong })).toMatchObject({
    status: 422,
  });
  const { status, message } = await ask({ method: "PATCH", path, body: right });
  expect(status).toBe(422);
  expect(message).toMatch(
    /the preview lane of Jenkins may only ask what would happen \(dryRun=All\)/,
  );
  const secret = `/api/v1/namespaces/${admin.namespace}/secrets/payment`;
  expect(await ask({ method: "GET", path: secret })).toMatchObject({ status: 403 });
  await configure({ services: { shop: service } });
});

/** As the launcher would: whether a lane's namespace takes a pod, by a dry run. */
async function submit(name: string, pod: object): Promise<string> {
  const namespace = lane(name);
  const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
  const body = object("v1", "Pod", namespace, pod);
  const { status, message } = await send(kubeConfig().exportConfig(), {
    method: "POST",
    path,
    body,
  });
  return status === 201 ? "taken" : message;
}

test("a lane takes pods of its agent's account and with pinned images only", async () => {
  expect(await submit("deploy", podWith({}))).toBe("taken");
  expect(await submit("deploy", podWith({ serviceAccountName: "launcher" }))).toMatch(
    /run as the account agent/,
  );
  expect(
    await submit("deploy", podWith({}, { image: "registry.example.com/agent:latest" })),
  ).toMatch(/image of each container .* must be pinned/);
  const initContainers = [{ name: "init", image: "busybox", securityContext: restricted }];
  expect(await submit("deploy", podWith({ initContainers }))).toMatch(
    /image of each init container .* must be pinned/,
  );
  expect(await submit("deploy", podWith({}, { securityContext: { privileged: true } }))).toMatch(
    /violates PodSecurity "restricted/,
  );
});

test("the build lane takes rootless BuildKit, and none of what else its level would let in", async () => {
  const loose = {
    seccompProfile: { type: "Unconfined" },
    appArmorProfile: { type: "Unconfined" },
    capabilities: { drop: ["ALL"], add: ["SETUID", "SETGID"] },
  };
  const buildkit = { name: "buildkit", securityContext: loose };
  expect(await submit("build", podWith({}, buildkit))).toBe("taken");
  expect(
    await submit("build", podWith({}, { securityContext: { ...restricted, ...loose } })),
  ).toMatch(/no container with added capabilities, except buildkit/);
  expect(await submit("build", podWith({}, { securityContext: {} }))).toMatch(
    /no container that keeps capabilities/,
  );
  for (const [securityContext, told] of [
    [{ ...loose, privileged: true }, /that is privileged/],
    [{ ...loose, capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } }, /with added capabilities/],
    [{ ...loose, runAsUser: 0 }, /that may start as root/],
  ] as const) {
    expect(await submit("build", podWith({}, { name: "buildkit", securityContext }))).toMatch(told);
  }
  const volumes = [{ name: "node", hostPath: { path: "/" } }];
  expect(await submit("build", podWith({ volumes }, buildkit))).toMatch(/may mount only configMap/);
  expect(await submit("build", podWith({ hostNetwork: true }, buildkit))).toMatch(
    /must not share a namespace of the node/,
  );
});

test("a credential may be for a lane: it comes after the lane's namespace", async () => {
  const push = { ...credentials.registry, namespace: lane("build") };
  await configure({ credentials: { ...credentials, push } });
  await succeed(admin.up());
  expect((await cluster.get(SECRET, lane("build"), "push")).data).toHaveProperty("password");
  await succeed(as("deploy").up("--expect-no-changes"));
});

test("a launcher starts pods in its own lane, and in no other", async () => {
  const start = (name: string) => {
    const path = `/api/v1/namespaces/${lane(name)}/pods?dryRun=All`;
    return send(tokens["launcher"] ?? "", {
      method: "POST",
      path,
      body: object("v1", "Pod", lane(name), podWith({})),
    });
  };
  expect(await start("preview")).toMatchObject({ status: 201 });
  expect(await start("deploy")).toMatchObject({ status: 403 });
});

test("a deploy account that lacks a verb is told which, in a table, until an administrator refreshes", async () => {
  const metadata = { namespace: admin.namespace, name: lane("deploy") };
  const { rules = [] } = await roleOf(ROLE);
  const fewer = rules.map(({ apiGroups, resources = [], resourceNames, verbs }) => {
    const kept = resources.includes("replicasets")
      ? verbs.filter((verb) => verb !== "watch")
      : verbs;
    return { apiGroups, resources, resourceNames, verbs: kept };
  });
  await cluster.patch({ ...ROLE, metadata, rules: fewer });
  // Ready before it is told what it may not is ready all the same.
  const env = { COLOUR: "violet", FAULT_READY_AFTER_SECONDS: 8 };
  await configure({ services: { shop: { ...service, env } } });
  const { exitCode, output } = await as("deploy").up();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/\n *watch +replicasets\.apps/);

  await succeed(admin.up("--refresh"));
  expect((await roleOf(ROLE)).rules).toEqual(rules);
  await configure({ services: { shop: service } });
  await succeed(as("deploy").up());
});

test("a policy's binding that somebody has deleted fails an administrator's up by its name, until it is refreshed; a lane's up does not look", async () => {
  const name = `${lane("")}dry-run`;
  const apiVersion = "admissionregistration.k8s.io/v1";
  await cluster.delete({
    apiVersion,
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name },
  });
  await succeed(as("deploy").up("--expect-no-changes"));
  const { exitCode, output } = await admin.up();
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/policies that are not in force as they should be: 1\n/);
  expect(output).toMatch(new RegExp(`\n *${name} +binding +does not exist\n`));
  expect(output).toMatch(
    new RegExp(`\n *${name} +patch serviceaccounts default in .* +admitted\n`),
  );
  expect(output).toMatch(/remedy: run pulumi up --refresh as an administrator/);
  await succeed(admin.up("--refresh"));
  await succeed(admin.up("--expect-no-changes"));
});

test("the deploy lane cannot take the lanes away, and loses nothing by trying", async () => {
  await admin.settings({ ...settings, jenkins: undefined });
  const { exitCode, output } = await as("deploy").up();
  await configure({});
  expect(exitCode).not.toBe(0);
  expect(output).toMatch(/Jenkins' lanes would be removed, and .* may not patch roles/);
  expect(output).not.toMatch(/is forbidden/);
  await succeed(as("deploy").up());
});

test("six ups in a row, of an administrator and the lane, from two checkouts, find nothing to do, whoever ran the one before", async () => {
  await admin.commit("as it is");
  await succeed(admin.up());
  const deploying = as("deploy");
  const elsewhere = await admin.checkout();
  const deployingElsewhere = elsewhere.with({ SLIPWAY_KUBECONFIG: fileOf("deploy") });
  try {
    for (const project of [
      ...[deploying, deploying, elsewhere, deployingElsewhere],
      ...[admin, deployingElsewhere],
    ]) {
      await succeed(project.up("--expect-no-changes"));
    }
  } finally {
    await elsewhere.remove();
  }
});
