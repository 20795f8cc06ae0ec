import { KubeConfig } from "@kubernetes/client-node";
import { writeFile } from "node:fs/promises";

import { kubeConfig } from "../../../testbed/cluster.ts";
import type { Manifest } from "../../../testbed/kinds.ts";
import { AT_ONCE, type Case } from "../case.ts";
import type { Stage } from "../stage.ts";

/** Seconds that the Deployment controller has for the first word on a deadline of 20 s. */
const DEADLINE_AND_MARGIN = 20 + 15;

/** Seconds for which the Service's routes may be behind the pods. */
const ROUTES = 3;

/** A readiness gate of the pods. */
export const GATE = "example.com/open";

const GATEWAY_API = "gateway.networking.k8s.io";

/** Of the Gateway API's definition as much as a route needs. */
const ROUTES_DEFINED: Manifest = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: {
    name: `httproutes.${GATEWAY_API}`,
    annotations: { "api-approved.kubernetes.io": "https://github.com/kubernetes-sigs/gateway-api" },
  } as Manifest["metadata"],
  spec: {
    group: GATEWAY_API,
    scope: "Namespaced",
    names: {
      kind: "HTTPRoute",
      listKind: "HTTPRouteList",
      plural: "httproutes",
      singular: "httproute",
    },
    versions: [
      {
        ...{ name: "v1", served: true, storage: true, subresources: { status: {} } },
        // As the client library writes it.
        schema: { openAPIV3Schema: { type: "object", x_kubernetes_preserve_unknown_fields: true } },
      },
    ],
  },
};

const SLOW = { env: { FAULT_READY_AFTER_SECONDS: 5 } };

/** What happens around a release while it is awaited. */
export const SURROUNDINGS: readonly Case[] = [
  {
    name: "selector-wrong",
    title: "the Service's selector matches no pod",
    fault: () => ({ service: { selector: { "app.kubernetes.io/name": "somebody-else" } } }),
    expected: { reason: "no-endpoints", from: "pod-ready", within: ROUTES + AT_ONCE },
  },
  {
    name: "target-port-wrong",
    title: "the Service maps to a port that the pods do not name",
    settings: { deadlineSeconds: 15 },
    fault: () => ({ service: { ports: [{ name: "http", port: 80, targetPort: "web" }] } }),
    expected: { reason: "no-endpoints", from: "pod-ready", within: 15 + 15 + AT_ONCE },
  },
  {
    name: "readiness-gate-closed",
    title: "no controller opens the pods' readiness gate",
    settings: { deadlineSeconds: 15 },
    fault: () => ({ pod: { readinessGates: [{ conditionType: GATE }] } }),
    expected: { reason: "not-ready", from: "deadline-passed", within: AT_ONCE },
  },
  {
    name: "readiness-gate-refused",
    title: "the controller of the pods' readiness gate says why it is closed",
    settings: { deadlineSeconds: 15 },
    fault: () => ({ pod: { readinessGates: [{ conditionType: GATE }] } }),
    meanwhile: async (stage) => {
      await stage.witness.sees("running");
      await stage.condition({
        type: GATE,
        status: "False",
        reason: "TargetHealthCheckFailed",
        message: "Health checks failed with these codes: [502]",
      });
    },
    expected: { reason: "not-ready", from: "deadline-passed", within: AT_ONCE },
  },
  {
    name: "ingress-without-controller",
    title: "no controller publishes an address for the Ingress",
    settings: { deadlineSeconds: 15, ingress: { host: "shop.example.com" } },
    expected: { reason: "ingress-no-address", from: "pod-ready", within: 15 + 15 + AT_ONCE },
  },
  {
    name: "load-balancer-without-controller",
    title: "no controller publishes an address for the Service",
    settings: {
      deadlineSeconds: 15,
      service: { type: "LoadBalancer", loadBalancerClass: "example.com/none" },
    },
    expected: { reason: "service-no-address", from: "pod-ready", within: 15 + 15 + AT_ONCE },
  },
  {
    name: "route-without-controller",
    title: "no controller of the Gateway accepts the HTTPRoute",
    settings: {
      deadlineSeconds: 15,
      route: { parents: [{ name: "public", namespace: "gateways" }] },
    },
    prepare: async (stage) => {
      await stage.create(ROUTES_DEFINED);
      return {};
    },
    expected: { reason: "route-not-accepted", from: "pod-ready", within: 15 + 15 + AT_ONCE },
  },
  {
    name: "paused",
    title: "somebody pauses the rollout",
    settings: SLOW,
    meanwhile: (stage) => changeDeployment(stage, { paused: true }),
    expected: { reason: "paused", from: "disturbed", within: AT_ONCE },
  },
  {
    name: "scaled-to-none",
    title: "somebody scales the Deployment to no pods during the rollout",
    settings: SLOW,
    meanwhile: (stage) => changeDeployment(stage, { replicas: 0 }),
    expected: { reason: "scaled", from: "disturbed", within: AT_ONCE },
  },
  {
    name: "scaled-to-one",
    title: "somebody takes one of two pods away during the rollout",
    settings: SLOW,
    meanwhile: (stage) => changeDeployment(stage, { replicas: 1 }),
    expected: { reason: "scaled", from: "disturbed", within: AT_ONCE },
  },
  {
    name: "superseded",
    title: "somebody changes the pods during the rollout",
    settings: SLOW,
    meanwhile: (stage) =>
      changeDeployment(stage, {
        template: {
          spec: { containers: [{ name: "shop", env: [{ name: "DEBUG", value: "yes" }] }] },
        },
      }),
    expected: { reason: "superseded", from: "disturbed", within: AT_ONCE },
  },
  {
    name: "deployment-deleted",
    title: "somebody deletes the Deployment during the rollout",
    settings: SLOW,
    meanwhile: (stage) => deleteDuringRollout(stage, "Deployment", "apps/v1", "shop"),
    expected: { reason: "deployment-missing", from: "disturbed", within: AT_ONCE },
  },
  {
    name: "namespace-deleted",
    title: "somebody deletes the namespace during the rollout",
    settings: SLOW,
    meanwhile: (stage) => deleteDuringRollout(stage, "Namespace", "v1", stage.namespace),
    expected: { reason: "namespace-terminating", from: "pod-leaving", within: AT_ONCE },
  },
  {
    name: "image-swapped",
    title: "somebody changes the image of a running pod",
    settings: { ...SLOW, replicas: 1 },
    meanwhile: swapImage,
    expected: { reason: "wrong-digest", from: "pod-ready", within: AT_ONCE },
  },
  {
    name: "watch-forbidden",
    title: "the identity may deploy, but not watch ReplicaSets",
    prepare: async (stage) => ({ cluster: { kubeconfig: await lesserIdentity(stage) } }),
    expected: { reason: "forbidden", from: "applied", within: AT_ONCE },
  },
  {
    name: "api-server-gone",
    title: "the API server becomes unreachable in the middle of the rollout",
    settings: { env: { FAULT_READY_AFTER_SECONDS: 60 }, deadlineSeconds: 20 },
    prepare: async (stage) => {
      const { proxy, kubeconfig } = await stage.wayToApi();
      stage.when("running", () => {
        proxy.cut();
        stage.disturb();
      });
      return { cluster: { kubeconfig } };
    },
    expected: {
      reason: "cluster-unreachable",
      from: "disturbed",
      within: DEADLINE_AND_MARGIN + AT_ONCE,
    },
  },
];

async function changeDeployment(stage: Stage, spec: object): Promise<void> {
  await stage.witness.sees("running");
  stage.disturb();
  await stage.change({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "shop" },
    spec,
  });
}

async function deleteDuringRollout(
  stage: Stage,
  kind: string,
  apiVersion: string,
  name: string,
): Promise<void> {
  await stage.witness.sees("running");
  stage.disturb();
  await stage.delete({ apiVersion, kind, metadata: { name } });
}

async function swapImage(stage: Stage): Promise<void> {
  await stage.witness.sees("running");
  await stage.change({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: stage.witness.pod ?? "" },
    spec: { containers: [{ name: "shop", image: stage.images.other }] },
  });
}

/** A kubeconfig of an account that may do everything but read ReplicaSets. */
async function lesserIdentity(stage: Stage): Promise<string> {
  const home = `${stage.namespace}-identity`;
  const account = { name: "deployer", namespace: home };
  await stage.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: home } });
  await stage.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: account });
  for (const manifest of almostEveryRight(home, account)) {
    await stage.create(manifest);
  }
  const token = await stage.tokenOf(account);
  const config = new KubeConfig();
  config.loadFromString(kubeConfig().exportConfig());
  config.users = config.users.map(({ name }) => ({ name, token }));
  const file = stage.path("kubeconfig-of-deployer");
  await writeFile(file, config.exportConfig(), { mode: 0o600 });
  return file;
}

function almostEveryRight(name: string, account: object): Manifest[] {
  const all = (apiGroups: string[], resources: string[]) => ({
    apiGroups,
    resources,
    verbs: ["*"],
  });
  const apiVersion = "rbac.authorization.k8s.io/v1";
  const role = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name };
  return [
    {
      apiVersion,
      kind: "ClusterRole",
      metadata: { name },
      rules: [
        all([""], ["*"]),
        all(["apps"], ["deployments"]),
        all(
          ["networking.k8s.io", "policy", "autoscaling", "discovery.k8s.io", "events.k8s.io"],
          ["*"],
        ),
      ],
    },
    {
      apiVersion,
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: role,
      subjects: [{ kind: "ServiceAccount", ...account }],
    },
  ];
}
