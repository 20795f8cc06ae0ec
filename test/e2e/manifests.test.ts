// Proves that the API server takes every manifest, strictly; that pods come up from them is shown by the other stories.
import { kubectl } from "../../testbed/kubectl.ts";
import type { Service } from "../../components/service-definition.ts";
import { namespaceManifest } from "../../components/manifests/namespace.ts";
import { workloadManifests } from "../../components/manifests/workload.ts";
import { cluster } from "../../testbed/cluster.ts";
import { fullService, IMAGE, service } from "../support/definitions.ts";
import type { Manifest } from "../../testbed/kinds.ts";

const NAMESPACE = "strict-manifests";
const home = namespaceManifest(NAMESPACE) as Manifest;

beforeAll(() => cluster.create(home));
afterAll(() => cluster.delete(home));

/** Creates nothing: the server runs all its checks, and refuses fields that it does not know. */
function tryOut(objects: readonly object[]): Promise<string> {
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  return kubectl(
    ["create", "--dry-run=server", "--validate=strict", "-o", "name", "-f", "-"],
    list,
  );
}

const manifestsOf = (subject: Service): Manifest[] =>
  Object.values(workloadManifests({ ...subject, namespace: NAMESPACE }, IMAGE))
    .flat()
    .filter((manifest) => manifest !== undefined) as Manifest[];

function podOf(subject: Service): object {
  const deployment = manifestsOf(subject).find(({ kind }) => kind === "Deployment");
  const { template } = deployment?.["spec"] as { template: { spec: object } };
  const metadata = { name: "probe", namespace: NAMESPACE };
  return { apiVersion: "v1", kind: "Pod", metadata, spec: template.spec };
}

test.each([
  ["a service with its port only", service(), 5],
  ["a service with everything", fullService(), 8],
])("%s is accepted, object by object", async (_, subject, count) => {
  const accepted = await tryOut(manifestsOf(subject));
  expect(accepted.trim().split("\n")).toHaveLength(count);
});

test("a field that Kubernetes does not know would not be", async () => {
  const [manifest] = manifestsOf(service());
  await expect(tryOut([{ ...manifest, replicsa: 1 }])).rejects.toThrow(/unknown field "replicsa"/);
});

test.each([
  ["a service with its port only", service()],
  ["a service with everything", fullService()],
])("the pods of %s are accepted where restricted Pod Security is enforced", async (_, subject) => {
  // Pod Security looks at pods; without the account, whose absence would be refused first.
  const { spec, ...pod } = podOf(subject) as { spec: object };
  expect(await tryOut([{ ...pod, spec: { ...spec, serviceAccountName: "default" } }])).toContain(
    "pod/probe",
  );
});
