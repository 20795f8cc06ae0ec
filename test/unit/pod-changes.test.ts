// Proves what an apply takes away, as the field managers say; that a real one does is proved in test/plugins and test/e2e.
import { Cluster } from "../../provider/cluster.ts";
import { KubeconfigApi } from "../../provider/cluster/api.ts";
import { podChanges } from "../../provider/pod-changes.ts";
import { ApiServer } from "../support/api-server.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { deployment } from "../support/release-objects.ts";

const RESTARTED = "kubectl.kubernetes.io/restartedAt";

let server: ApiServer;
let cluster: Cluster;
beforeEach(async () => {
  server = await ApiServer.start();
  cluster = new Cluster(new KubeconfigApi(kubeconfigOf(server.url)));
});
afterEach(async () => {
  cluster.close();
  await server.stop();
});

const DEBUG = { name: "DEBUG", value: "1" };
const template = (more: object = {}, annotations?: object) => ({
  ...(annotations && { metadata: { annotations } }),
  spec: {
    containers: [
      { name: "shop", image: "one", ports: [{ name: "http", containerPort: 8080 }], ...more },
    ],
  },
});
const container = (fields: object) => ({
  "f:spec": {
    "f:replicas": {},
    "f:template": { "f:spec": { "f:containers": { 'k:{"name":"shop"}': fields } } },
  },
});
const ENV = {
  "f:env": { ".": {}, 'k:{"name":"DEBUG"}': { ".": {}, "f:name": {}, "f:value": {} } },
};
const PORT = {
  'k:{"containerPort":8080,"protocol":"TCP"}': { "f:containerPort": {}, "f:name": {} },
};
const APPLIED = {
  manager: "pulumi-kubernetes-1a2b3c4d",
  operation: "Apply",
  fieldsV1: container({ ".": {}, "f:name": {}, "f:image": {}, "f:ports": PORT }),
};
const wrote = (manager: string, fieldsV1: object) => ({ manager, operation: "Update", fieldsV1 });
const restarted = (manager: string) => {
  const annotations = { "f:annotations": { [`f:${RESTARTED}`]: {} } };
  return wrote(manager, { "f:spec": { "f:template": { "f:metadata": annotations } } });
};

/** What becomes of these pods, where the dry run has them stay as they are. */
async function changes(live: object, managedFields: readonly object[], declared = template()) {
  const { metadata, ...rest } = deployment("shop", { template: live });
  server.apply("deployments", { ...rest, metadata: { ...metadata, managedFields } } as never);
  const args = { namespace: "shop-dev", name: "shop", declared, planned: { ...live } };
  return podChanges(args, cluster, new AbortController().signal);
}

test.each([
  "kubectl-set",
  "kubectl-edit",
  "kubectl-client-side-apply",
  "pulumi-kubernetes-1a2b3c4d",
])("what %s has added goes, whole", async (manager) => {
  const live = template({ env: [DEBUG] });
  const found = await changes(live, [APPLIED, wrote(manager, container(ENV))]);
  expect(found).toEqual({ present: live, next: template() });
});

test.each<[string, readonly object[], object, ReturnType<typeof template>]>([
  [
    "a controller has added",
    [APPLIED, wrote("Reloader", container(ENV))],
    template({ env: [DEBUG] }),
    template(),
  ],
  [
    "the program has, too",
    [APPLIED, wrote("kubectl-set", container(ENV))],
    template({ env: [DEBUG] }),
    template({ env: [DEBUG] }),
  ],
  ["nobody else has written", [APPLIED], template(), template()],
  [
    "is a restart's",
    [APPLIED, restarted("kubectl-rollout")],
    template({}, { [RESTARTED]: "now" }),
    template(),
  ],
])("what %s stays", async (_case, managedFields, live, declared) => {
  expect(await changes(live, managedFields, declared)).toEqual({ present: live, next: live });
  expect(server.requests).not.toContain("patch deployments");
});

test("an annotation that the provider wrote itself goes", async () => {
  const live = template({}, { [RESTARTED]: "then" });
  const found = await changes(live, [APPLIED, restarted("pulumi-kubernetes-1a2b3c4d")]);
  expect(found).toEqual({ present: live, next: template() });
});

test("of a Deployment that is gone, only what it becomes is known", async () => {
  const { signal } = new AbortController();
  const args = { namespace: "shop-dev", name: "gone", declared: template(), planned: template() };
  expect(await podChanges(args, cluster, signal)).toEqual({ next: template() });
});
