// Proves the one write over real HTTP; that it lets annotations outlive an apply is proved in test/plugins and test/e2e.
import { Cluster } from "../../provider/cluster.ts";
import { KubeconfigApi } from "../../provider/cluster/api.ts";
import { keepAnnotations } from "../../provider/kept-annotations.ts";
import { ApiServer } from "../support/api-server.ts";
import { kubeconfigOf } from "../support/kubeconfig.ts";
import { deployment } from "../support/release-objects.ts";

const RESTARTED = "kubectl.kubernetes.io/restartedAt";
const RELOADED = "reloader.stakater.com/last-reloaded-from";
const CREDENTIAL = "credential.slipway/db";
const TIME = "2026-01-01T00:00:00Z";

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

/** What a manager has written of the pod template's annotations. */
const wrote = (manager: string, annotations: readonly string[], more: object = {}) => {
  const fields = Object.fromEntries(annotations.map((key) => [`f:${key}`, {}]));
  const metadata = { "f:annotations": fields };
  const fieldsV1 = { "f:spec": { "f:template": { "f:metadata": metadata } } };
  return { manager, operation: "Update", apiVersion: "apps/v1", time: TIME, fieldsV1, ...more };
};
const APPLIED = wrote("pulumi-kubernetes-1a2b3c4d", [], { operation: "Apply" });

async function kept(managedFields: readonly object[], annotations: readonly string[]) {
  const values = Object.fromEntries(annotations.map((key) => [key, "value"]));
  const { metadata, ...rest } = deployment("shop", {
    template: { metadata: { annotations: values } },
  });
  server.apply("deployments", { ...rest, metadata: { ...metadata, managedFields } } as never);
  const { signal } = new AbortController();
  await keepAnnotations({ namespace: "shop-dev", name: "shop" }, cluster, signal);
  const live = await cluster.deployment("shop-dev", { name: "shop" }, signal);
  expect(live?.spec?.template.metadata?.annotations).toEqual(values);
  return live?.metadata?.managedFields;
}

const keeper = (annotations: readonly string[]) => ({
  ...wrote("slipway-annotations", annotations, { operation: "Apply" }),
  fieldsType: "FieldsV1",
});

test.each(["kubectl-rollout", "kubectl-edit", "kubectl-patch", "kubectl-annotate", "kubectl"])(
  "what %s has written gets one more manager",
  async (manager) => {
    const hand = wrote(manager, [RESTARTED]);
    expect(await kept([APPLIED, hand], [RESTARTED])).toEqual([APPLIED, hand, keeper([RESTARTED])]);
  },
);

test("what was kept before stays kept beside what is new", async () => {
  const before = keeper([RELOADED]);
  const hand = wrote("kubectl-rollout", [RESTARTED]);
  expect(await kept([APPLIED, before, hand], [RESTARTED, RELOADED])).toEqual([
    APPLIED,
    hand,
    keeper([RELOADED, RESTARTED]),
  ]);
});

test.each<[string, readonly object[], readonly string[]]>([
  ["nobody else has written", [APPLIED], []],
  [
    "a controller has written, which nobody takes over",
    [APPLIED, wrote("Reloader", [RELOADED])],
    [RELOADED],
  ],
  [
    "is kept already",
    [APPLIED, wrote("kubectl-rollout", [RESTARTED]), keeper([RESTARTED])],
    [RESTARTED],
  ],
  [
    "the program declares",
    [wrote("pulumi-kubernetes-1a2b3c4d", [RELOADED]), wrote("kubectl-edit", [RELOADED])],
    [RELOADED],
  ],
  ["is a credential's", [APPLIED, wrote("kubectl-edit", [CREDENTIAL])], [CREDENTIAL]],
  ["is gone", [APPLIED, wrote("kubectl-rollout", [RESTARTED])], []],
])("nothing is written for what %s", async (_case, managedFields, annotations) => {
  expect(await kept(managedFields, annotations)).toEqual(managedFields);
  expect(server.requests).not.toContain("patch deployments");
});

test("a Deployment that does not exist yet has nothing to keep", async () => {
  const args = { namespace: "shop-dev", name: "shop" };
  expect(await keepAnnotations(args, cluster, new AbortController().signal)).toEqual(args);
});

test("an identity that may not keep them fails the release before any pod is replaced", async () => {
  server.faults.set("patch deployments", 403);
  await expect(kept([APPLIED, wrote("kubectl-rollout", [RESTARTED])], [RESTARTED])).rejects.toThrow(
    /^annotations of others on the pods of Deployment shop-dev\/shop cannot be kept: .*; allow get and patch of deployments.apps$/,
  );
});

test("a Deployment that changes meanwhile is looked at again", async () => {
  server.faults.set("patch deployments", 409);
  const attempted = kept([APPLIED, wrote("kubectl-rollout", [RESTARTED])], [RESTARTED]);
  setTimeout(() => {
    server.faults.clear();
  }, 100);
  expect(await attempted).toContainEqual(keeper([RESTARTED]));
});
