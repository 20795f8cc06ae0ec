// Answers of an API server in memory: that a real namespace is emptied is proved by test/e2e/trials.test.ts.
import { sweptKinds } from "../../cli/trial/kinds.ts";
import { leftIn } from "../../cli/trial/left.ts";
import type { Api } from "../../provider/cluster/api.ts";
import { ApiError } from "../../provider/cluster/api-error.ts";
import { nameOfCollection } from "../../provider/cluster/collection.ts";

const { signal } = new AbortController();

const resource = (name: string, verbs = ["get", "list", "delete"], namespaced = true) => ({
  ...{ name, kind: name, namespaced, verbs },
});
const group = (name: string, ...versions: string[]) => ({
  name,
  versions: versions.map((version) => ({ groupVersion: `${name}/${version}` })),
});

/** An API server that has these answers by path, and refuses every other question. */
function apiOf(answers: Readonly<Record<string, unknown>>): Pick<Api, "get"> {
  return {
    get: (path) =>
      path in answers
        ? Promise.resolve(answers[path])
        : Promise.reject(new ApiError(503, "the server is currently unable to handle the request")),
  };
}

const CLUSTER = {
  "/apis": {
    groups: [
      group("apps", "v1"),
      group("external-secrets.io", "v1", "v1alpha1"),
      group("metrics.k8s.io", "v1beta1"),
      group("dead.example.com", "v1"),
    ],
  },
  "/api/v1": {
    resources: [
      resource("configmaps"),
      resource("pods"),
      resource("pods/log"),
      resource("namespaces", undefined, false),
      resource("limitranges"),
    ],
  },
  "/apis/apps/v1": { resources: [resource("deployments")] },
  "/apis/external-secrets.io/v1": { resources: [resource("externalsecrets")] },
  "/apis/external-secrets.io/v1alpha1": {
    resources: [resource("externalsecrets"), resource("pushsecrets")],
  },
  "/apis/metrics.k8s.io/v1beta1": { resources: [resource("pods", ["get", "list"])] },
};

test("every kind of a namespace is swept once, whichever version has it; a group that does not answer holds up none", async () => {
  const kinds = await sweptKinds(apiOf(CLUSTER), signal);
  expect(kinds.map(nameOfCollection)).toEqual([
    "configmaps",
    "pods",
    "limitranges",
    "deployments.apps",
    "externalsecrets.external-secrets.io",
    "pushsecrets.external-secrets.io",
  ]);
  expect(kinds.slice(-2).map((kind) => kind.path("shop-trial-1"))).toEqual([
    "/apis/external-secrets.io/v1/namespaces/shop-trial-1/externalsecrets",
    "/apis/external-secrets.io/v1alpha1/namespaces/shop-trial-1/pushsecrets",
  ]);
});

test("what every namespace has is not left there by a trial", async () => {
  const item = (name: string) => ({ metadata: { name, uid: name } });
  const api = apiOf({
    ...CLUSTER,
    "/api/v1/namespaces/shop-trial-1/configmaps": {
      items: [item("kube-root-ca.crt"), item("left")],
    },
    "/api/v1/namespaces/shop-trial-1/pods": { items: null },
  });
  const kinds = (await sweptKinds(api, signal)).slice(0, 2);
  const left = await leftIn(api, kinds, "shop-trial-1", signal);
  expect(left.map(({ name }) => name)).toEqual(["left"]);
});

test("a bound that a trial has brought goes with it, and those of the pool and of the cluster stay", async () => {
  const engine = { annotations: { "pulumi.com/patchForce": "true" } };
  const item = (name: string, marks = {}) => ({ metadata: { name, uid: name, ...marks } });
  const pool = { ...engine, labels: { "app.kubernetes.io/managed-by": "slipway" } };
  const chart = { ...engine, labels: { "app.kubernetes.io/managed-by": "Helm" } };
  const api = apiOf({
    ...CLUSTER,
    "/api/v1/namespaces/shop-trial-1/limitranges": {
      items: [item("trial-pool", pool), item("of-the-cluster"), item("of-a-chart", chart)],
    },
  });
  const kinds = (await sweptKinds(api, signal)).filter(
    (kind) => nameOfCollection(kind) === "limitranges",
  );
  const left = await leftIn(api, kinds, "shop-trial-1", signal);
  expect(left.map(({ name }) => name)).toEqual(["of-a-chart"]);
});
