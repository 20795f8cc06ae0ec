// Proves on a real cluster that pull requests are tried in a pool and leave nothing behind, whatever becomes of them. It cannot prove that nobody
// wins a race of two: test/unit/trials does, in every order of the answers; nor that Jenkins starts the runs: test/jenkins does.
import { join } from "node:path";

import type {
  KubernetesObject,
  V1LimitRange,
  V1NetworkPolicy,
  V1ResourceQuota,
} from "@kubernetes/client-node";

import { cluster } from "../../testbed/cluster.ts";
import { CONFIG_MAP, DEPLOYMENT, type Kind, NAMESPACE, POD, SECRET } from "../../testbed/kinds.ts";
import type { KillableUp } from "../../testbed/killable-up.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";
import { kubeconfigOfAccount } from "../support/account.ts";
import { folderWith, removeFolders } from "../support/folder.ts";
import { kubeConfig } from "../../testbed/cluster.ts";

const MAIN = "example/shop/src/main.ts";
const LEASE: Kind<Lease> = { apiVersion: "coordination.k8s.io/v1", kind: "Lease" };
const QUOTA: Kind<V1ResourceQuota> = { apiVersion: "v1", kind: "ResourceQuota" };
const LIMITS: Kind<V1LimitRange> = { apiVersion: "v1", kind: "LimitRange" };
const POLICY: Kind<V1NetworkPolicy> = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" };
const HELD_UP = { metadata: { finalizers: ["example.com/held"] } };

interface Lease extends KubernetesObject {
  readonly spec: { readonly holderIdentity: string; readonly renewTime: string };
}

interface Report {
  readonly namespace: string;
  readonly verdict: string;
  readonly addresses: Readonly<Record<string, string>>;
  readonly report: {
    readonly services: readonly {
      readonly release: { readonly image: string; readonly digest: string };
    }[];
  };
}

let project: Project;
/** Whoever delivers trials: nobody but the lane of the pool. */
let lane: Project;
let home: string;
const checkouts: Project[] = [];
let killed: KillableUp | undefined;

beforeAll(async () => {
  project = await Project.create("trials");
  home = `${project.namespace}-t`;
  const credentials = { session: { keys: { KEY: { setting: "session" } } } };
  const service = { ...shop, replicas: 1, credentials: ["session"] };
  await project.settings({ credentials, services: { shop: service } });
  await project.secret("session", "m4rk-of-dev");
  await succeed(project.up());
  await succeed(project.pulumi("stack", "init", "trial", "--no-select"));
  const { hostname, port } = new URL(kubeConfig().getCurrentCluster()?.server ?? "");
  const jenkins = { apiServer: { cidr: `${hostname}/32`, ports: [Number(port)] } };
  const registry = { repository: `\${SLIPWAY_REGISTRY}/e2e/${home}` };
  const trial = { of: "dev", idle: "3d", most: 3 };
  await project.settings({ namespace: home, registry, trial, jenkins }, "trial");
  await project.commit("a pool for trials");
});

afterAll(async () => {
  killed?.dispose();
  await Promise.all([1, 2, 3].map((number) => letGo(place(number)).catch(() => "")));
  const { exitCode, output } = await project.pulumi(
    "destroy",
    "--yes",
    "--skip-preview",
    "--stack=trial",
  );
  await Promise.all(checkouts.map((each) => each.remove()));
  await project.dispose();
  removeFolders();
  expect([exitCode, output]).toEqual([0, expect.any(String)]);
});

const place = (number: number) => `${home}-${number}`;
const trial = (...args: string[]) => lane.slipway("trial", ...args);
const reportIn = (output: string): Report =>
  JSON.parse(output.slice(output.indexOf("\n{") + 1)) as Report;
const stuck = (namespace: string) => ({
  ...CONFIG_MAP,
  metadata: { name: "stuck", namespace, ...HELD_UP.metadata },
});
const letGo = (namespace: string) =>
  kubectl([
    "patch",
    "configmap",
    "stuck",
    "-n",
    namespace,
    "--type=merge",
    "-p",
    '{"metadata":{"finalizers":null}}',
  ]);

/** A checkout of a pull request with this line at the end of its program. */
async function pullRequest(line: string): Promise<string> {
  const checkout = await project.checkout();
  checkouts.push(checkout);
  await checkout.write(MAIN, `${await checkout.read(MAIN)}\n${line}\n`);
  return checkout.folder;
}

/** Has a trial be as old as this, as a clock would. */
async function age(namespace: string, days: number): Promise<void> {
  const time = new Date(Date.now() - days * 86_400_000);
  const renewTime = time.toISOString().replace("Z", "000Z");
  await kubectl([
    "patch",
    "lease",
    "trial",
    "-n",
    namespace,
    "--type=merge",
    "-p",
    JSON.stringify({ spec: { renewTime } }),
  ]);
}

/** What is in a namespace of all that a trial writes. */
async function contentOf(namespace: string): Promise<string[]> {
  const kinds =
    "pods,deployments,services,configmaps,secrets,sealedsecrets,networkpolicies,serviceaccounts,leases";
  const names = await kubectl(["get", kinds, "-n", namespace, "-o", "name"]);
  return names
    .split("\n")
    .filter((name) => name !== "")
    .sort();
}

const EMPTY = [
  "configmap/kube-root-ca.crt",
  "networkpolicy.networking.k8s.io/trial-pool",
  "serviceaccount/default",
];

test("an administrator's up makes a pool whose namespaces are bounded, and proves what its lane may do", async () => {
  const { output } = await succeed(
    project.pulumi("up", "--yes", "--skip-preview", "--stack=trial"),
  );
  expect(output).not.toContain("warning");
  for (const number of [1, 2, 3]) {
    const { metadata } = await cluster.get(NAMESPACE, undefined, place(number));
    expect(metadata?.labels).toMatchObject({ "pod-security.kubernetes.io/enforce": "restricted" });
    expect((await cluster.get(QUOTA, place(number), "trial-pool")).spec?.hard).toMatchObject({
      pods: "20",
    });
    await cluster.get(LIMITS, place(number), "trial-pool");
    expect((await cluster.get(POLICY, place(number), "trial-pool")).spec).toEqual({
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
    });
  }
  await succeed(project.slipway("verify-state", "--stack=trial"));
  const kubeconfig = await kubeconfigOfAccount({
    namespace: `${home}-jenkins-deploy`,
    name: "agent",
  });
  lane = project.with({ SLIPWAY_KUBECONFIG: join(folderWith({ kubeconfig }), "kubeconfig") });
});

test("two pull requests at once get a namespace each: main's settings, their content, nobody's secrets", async () => {
  const context = await pullRequest("// of a pull request");
  const evil = checkouts[0];
  await evil?.write("Pulumi.dev.yaml", "config: { slipway:namespace: default }\n");
  await evil?.write("index.ts", "process.exit(9);\n");
  const runs = [
    trial("up", "1", "--context", context, "--json", "--comment", "trial-1.md"),
    // Nothing of this one differs from main.
    trial("up", "2", "--json"),
  ];
  const [first, second] = (await Promise.all(runs.map(succeed))).map(({ output }) =>
    reportIn(output),
  );
  expect(new Set([first?.namespace, second?.namespace])).toEqual(new Set([place(1), place(2)]));
  expect([first?.verdict, second?.verdict]).toEqual(["ready", "ready"]);
  expect(first?.report.services[0]?.release.image).toContain(`/e2e/${home}/shop@`);
  // What equals dev's content is dev's image.
  expect(second?.report.services[0]?.release.image).toContain(`/e2e/${project.namespace}/shop@`);

  const namespace = first?.namespace ?? "";
  const { spec } = await cluster.get(LEASE, namespace, "trial");
  expect(spec.holderIdentity).toBe("1");
  expect((await cluster.get(LEASE, home, "trial-1")).spec.holderIdentity).toBe(namespace);
  const { data } = await cluster.get(SECRET, namespace, "session");
  expect(Buffer.from(data?.["KEY"] ?? "", "base64").toString()).toMatch(/^[A-Za-z0-9]{32}$/);
  expect(await project.stored()).not.toContain("m4rk-of-dev");
  expect((await project.read("trial-1.md")).split("\n").slice(0, 5)).toEqual([
    "## Trial of pull request 1: ready",
    "",
    `- \`shop\`: <${first?.addresses["shop"] ?? ""}>`,
    "",
    expect.stringMatching(
      new RegExp(`^Namespace \`${namespace}\`, until \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC`),
    ) as string,
  ]);
});

test("a delivery that is killed in the middle is told, and the next one of the same number begins anew in its namespace", async () => {
  const context = await pullRequest("// of the same pull request, later");
  const before = (await cluster.get(LEASE, home, "trial-1")).spec.holderIdentity;
  killed = lane.killableSlipway("trial", "up", "1", "--context", context);
  await killed.seen(/Deployment shop (creating|updating)|Readiness shop/);
  await killed.kill("SIGKILL", "job");
  expect((await succeed(trial("list"))).output).toMatch(
    new RegExp(`${before} +1 .*its last delivery was killed`),
  );
  const { output } = await succeed(trial("up", "1", "--context", context, "--json"));
  expect(reportIn(output)).toMatchObject({ namespace: before, verdict: "ready" });
  expect(await cluster.list(POD, before, "app.kubernetes.io/name=shop")).toHaveLength(1);
});

test("a broken trial ends with its verdict, and a full pool with who has it", async () => {
  const context = await pullRequest("process.exit(3);");
  const broken = await trial("up", "3", "--context", context, "--comment", "trial-3.md");
  expect(broken.output).toContain("error: failed: shop (crash-loop)");
  expect(broken.exitCode).toBe(5);
  expect(await project.read("trial-3.md")).toMatch(
    /^## Trial of pull request 3: failed\n\n`failed: shop \(crash-loop\)/,
  );
  const full = await trial("up", "4", "--context", context, "--comment", "trial-4.md");
  expect(full.output).toMatch(
    /error: the pool of trial is full: 3 of 3 namespaces are taken, by .*3 \(for \d+\w, ends in 2d\)/,
  );
  expect(full.exitCode).toBe(1);
  expect(await project.read("trial-4.md")).toMatch(
    /^## Trial of pull request 4: failed\n\n`the pool of trial is full: 3 of 3/,
  );
});

test("what hangs is told, its namespace stays taken, and the sweep goes on with it: also where the state is gone", async () => {
  const [two, three] = await Promise.all(
    [2, 3].map(
      async (number) => (await cluster.get(LEASE, home, `trial-${number}`)).spec.holderIdentity,
    ),
  );
  await cluster.create(stuck(three ?? ""));
  const hung = await trial("down", "3", "--yes", "--wait", "15s");
  expect(hung.output).toMatch(
    /is not empty after 15 s, so that nobody else gets it:\n +configmaps stuck waits for whoever removes its finalizer example.com\/held/,
  );
  expect(hung.exitCode).toBe(1);
  expect((await succeed(trial("list"))).output).toMatch(new RegExp(`${three} +3 .*ending since`));
  await letGo(three ?? "");

  await succeed(project.pulumi("stack", "rm", "trial-2", "--force", "--yes", "--preserve-config"));
  const empty = await trial("sweep", "--yes", "--open", "");
  expect([empty.exitCode, empty.output]).toEqual([
    2,
    expect.stringContaining("--open: got nothing"),
  ]);
  const { output } = await succeed(trial("sweep", "--yes", "--open", "1,3"));
  expect(output).toContain(`2 in ${two}: its pull request is closed`);
  expect(output).toContain(`3 in ${three}: its end had begun at`);
  expect(output).toContain("2 of 2 ended");
  expect(await contentOf(two ?? "")).toEqual(EMPTY);
  expect(await contentOf(three ?? "")).toEqual(EMPTY);
  expect((await project.pulumi("stack", "ls")).output).toMatch(/trial-1\b(?![^]*trial-[23])/);
});

test("an idle trial ends by itself, what nobody knows of goes, and a namespace that is being deleted is passed over", async () => {
  const one = (await cluster.get(LEASE, home, "trial-1")).spec.holderIdentity;
  const [free = "", other = ""] = [1, 2, 3].map(place).filter((each) => each !== one);
  await cluster.create({ ...CONFIG_MAP, metadata: { name: "left", namespace: other } });
  // Nothing is delivered beside what hangs in a namespace: it is to be ended, as what hangs in an end is.
  await cluster.create(stuck(free));
  const beside = await trial("up", "5", "--wait", "3s");
  expect(beside.output).toContain(`${free} is not empty after 3 s`);
  expect(beside.exitCode).toBe(1);
  await letGo(free);
  await age(one, 4);
  const { output } = await succeed(trial("sweep", "--yes"));
  expect(output).toContain(`1 in ${one}: nothing was delivered for 259200 s`);
  expect(output).toContain(`${other}: left there by nobody that is known`);
  expect(output).toContain(`5 in ${free}: its end had begun at`);
  expect(await contentOf(other)).toEqual(EMPTY);
  expect(await contentOf(one)).toEqual(EMPTY);
  expect(await contentOf(free)).toEqual(EMPTY);
  expect(await cluster.find(DEPLOYMENT, one, "shop")).toBeUndefined();
  expect((await project.pulumi("stack", "ls")).output).not.toContain("trial-1");

  await cluster.create(stuck(other));
  await kubectl(["delete", "namespace", other, "--wait=false"]);
  const listed = await succeed(trial("list"));
  // The lane's own rights there have gone before it.
  expect(listed.output).toMatch(new RegExp(`${other} +- .*(is being deleted|may not look there)`));
  const nobody = await succeed(trial("down", "9", "--yes"));
  expect(nobody.output).toContain("9: has no trial");
});
