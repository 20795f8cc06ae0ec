// Proves that a healthy release gets ready whatever becomes of lists and watches on their way from a real API server; when
// a verdict must come all the same is a matter of test/unit/provider-cluster.test.ts and its clock.
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { kubeConfig } from "../../testbed/cluster.ts";
import { type Fault, FaultyProxy } from "../support/faulty-proxy.ts";
import { removeFolders } from "../support/folder.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { Project } from "../../testbed/project.ts";
import { shop } from "../../testbed/shop.ts";
import { succeed } from "../../testbed/succeed.ts";

const WATCHED = ["deployments", "endpointslices", "pods", "replicasets", "services"];

let proxy: FaultyProxy;
let kubeconfig: string;
let project: Project;
beforeAll(async () => {
  project = await Project.create("faulty-watches");
  proxy = await FaultyProxy.start(kubeConfig());
  ({ kubeconfig } = kubeconfigOf(proxy.url));
  await succeed(deploy("none"));
});
afterAll(async () => {
  proxy.fault = undefined;
  await project.dispose();
  proxy.stop();
  removeFolders();
});

/** One pod, which is ready after the watches have been there for a while. */
async function deploy(fault: string) {
  const env = { FAULT: fault, FAULT_READY_AFTER_SECONDS: 3 };
  const cluster = { kubeconfig, identifier: "faulty" };
  await project.settings({ cluster, services: { shop: { ...shop, replicas: 1, env } } });
  return project.up();
}

test.each<[Fault, readonly string[]]>([
  ["dropped", WATCHED.map((resource) => `watch ${resource}`)],
  ["cut-mid-line", ["watch deployments", "watch pods", "watch replicasets"]],
  ["gone", WATCHED.map((resource) => `watch ${resource}`)],
  ["too-many", ["review", ...WATCHED.flatMap((each) => [`list ${each}`, `watch ${each}`])]],
  ["broken", ["review", ...WATCHED.flatMap((each) => [`list ${each}`, `watch ${each}`])]],
  ["slow", ["review", ...WATCHED.flatMap((each) => [`list ${each}`, `watch ${each}`])]],
])("a release gets ready though what it is judged by is %s", async (fault, struck) => {
  proxy.fault = fault;
  const { output } = await succeed(deploy(fault));
  proxy.fault = undefined;

  const { releases } = await project.outputs<{ releases: Record<string, ReleaseRecord> }>();
  expect(releases["shop"]).toMatchObject({ verdict: "ready", reason: null });
  expect(output).not.toMatch(/shop: [a-z-]+ after \d+ s/);
  expect(proxy.struck).toEqual(expect.arrayContaining(struck.map((asked) => `${fault} ${asked}`)));
});
