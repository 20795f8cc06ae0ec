// Cannot prove that Pulumi runs the pack: test/e2e/policy.test.ts does.
import type { ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";

import { workloadManifests } from "../../components/manifests/workload.ts";
import type { ExceptionWord } from "../../components/service/exceptions.ts";
import { IMAGE, service } from "../support/definitions.ts";
import { noLongLivedTokens } from "../../policy/long-lived-tokens.ts";
import { noPlainSecrets } from "../../policy/plain-secrets.ts";
import { noUnpinnedImages } from "../../policy/unpinned-images.ts";
import { noUnsaidExceptions } from "../../policy/unsaid-exceptions.ts";
import { noWildcardRights } from "../../policy/wildcard-rights.ts";

async function violations(
  { validateResource }: ResourceValidationPolicy,
  type: string,
  props: object,
): Promise<string[]> {
  const found: string[] = [];
  const args = { type, name: "it", props } as ResourceValidationArgs;
  for (const validation of [validateResource].flat()) {
    await validation?.(args, (message) => found.push(message));
  }
  return found;
}

const LOOSE = [
  "host-network",
  "host-pid",
  "host-ipc",
  "token",
  "root",
  "writable-root",
  "privilege-escalation",
] as const satisfies readonly ExceptionWord[];

test.each([...LOOSE, "privileged" as const])(
  "forbids pods of a service that %s without the word for it",
  async (word) => {
    const { deployment } = workloadManifests(service({ allow: [word] }), IMAGE);
    const { labels } = deployment?.metadata as { labels: object };
    const silent = { spec: deployment?.spec, metadata: { labels, annotations: {} } };
    expect(await violations(noUnsaidExceptions, "kubernetes:apps/v1:Deployment", silent)).toEqual([
      `Deployment it: its pods need allow: [${word}]; set it in slipway:services, or remove what needs it`,
    ]);
  },
);

const secret = "kubernetes:core/v1:Secret";
const role = "kubernetes:rbac.authorization.k8s.io/v1:Role";
const digest = `@sha256:${"a".repeat(64)}`;
const pods = (image: string) => ({ template: { spec: { containers: [{ name: "main", image }] } } });

test.each<[string, ResourceValidationPolicy, string, object]>([
  ["a pull secret's type", noLongLivedTokens, secret, { type: "kubernetes.io/dockerconfigjson" }],
  [
    "another kind with that type",
    noLongLivedTokens,
    "kubernetes:core/v1:ConfigMap",
    { type: "kubernetes.io/service-account-token" },
  ],
  ["a Secret without values", noPlainSecrets, secret, { metadata: {}, data: {} }],
  ["a ConfigMap with values", noPlainSecrets, "kubernetes:core/v1:ConfigMap", { data: { A: "1" } }],
  [
    "an image with its digest",
    noUnpinnedImages,
    "kubernetes:apps/v1:Deployment",
    { spec: pods(`r/shop${digest}`) },
  ],
  ["a kind without pods", noUnpinnedImages, "kubernetes:core/v1:Service", { spec: { ports: [] } }],
  [
    "a resource of another provider",
    noUnpinnedImages,
    "docker:index/image:Image",
    { spec: pods("r/shop:1") },
  ],
  [
    "a rule with names",
    noWildcardRights,
    role,
    { rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }] },
  ],
  ["a Role without rules", noWildcardRights, role, {}],
  [
    "a service's pods as Slipway makes them",
    noUnsaidExceptions,
    "kubernetes:apps/v1:Deployment",
    workloadManifests(service(), IMAGE).deployment ?? {},
  ],
  [
    "what the settings allow",
    noUnsaidExceptions,
    "kubernetes:apps/v1:Deployment",
    workloadManifests(service({ allow: LOOSE }), IMAGE).deployment ?? {},
  ],
  [
    "pods that are no service's",
    noUnsaidExceptions,
    "kubernetes:apps/v1:Deployment",
    { spec: pods(`r/shop${digest}`) },
  ],
])("allows %s", async (_, policy, type, props) => {
  expect(await violations(policy, type, props)).toEqual([]);
});

test.each<[string, ResourceValidationPolicy, string, object, RegExp]>([
  [
    "a token that never expires",
    noLongLivedTokens,
    secret,
    { type: "kubernetes.io/service-account-token" },
    /^Secret it: got type kubernetes\.io\/service-account-token/,
  ],
  [
    "values, by their keys",
    noPlainSecrets,
    secret,
    { data: { A: "aHVudGVy" }, stringData: { B: "hunter2" } },
    /^Secret it: got values of A, B in the stack; describe it/,
  ],
  [
    "a tag",
    noUnpinnedImages,
    "kubernetes:apps/v1:Deployment",
    { spec: pods("r/shop:1.2") },
    /^Deployment it: container main: got image "r\/shop:1\.2"; allowed: repository@sha256/,
  ],
  [
    "a tag of an init container",
    noUnpinnedImages,
    "kubernetes:core/v1:Pod",
    { spec: { initContainers: [{ image: "r/init" }], containers: [{ image: `r/shop${digest}` }] } },
    /^Pod it: container without a name: got image "r\/init"/,
  ],
  [
    "a tag in a CronJob",
    noUnpinnedImages,
    "kubernetes:batch/v1:CronJob",
    { spec: { jobTemplate: { spec: pods("r/job") } } },
    /^CronJob it: .*"r\/job"/,
  ],
  [
    "all verbs",
    noWildcardRights,
    role,
    {
      rules: [
        { resources: ["pods"], verbs: ["get"] },
        { resources: ["pods"], verbs: ["*"] },
      ],
    },
    /^Role it: rules\[1\]\.verbs: got "\*"/,
  ],
  [
    "all subresources in a ClusterRole",
    noWildcardRights,
    `${role.slice(0, -4)}ClusterRole`,
    { rules: [{ resources: ["*/scale"], verbs: ["get"] }] },
    /^ClusterRole it: rules\[0\]\.resources/,
  ],
])("refuses %s", async (_, policy, type, props, message) => {
  const [first, ...others] = await violations(policy, type, props);
  expect(first).toMatch(message);
  expect(first).not.toMatch(/hunter2|aHVudGVy/);
  expect(others).toEqual([]);
});
