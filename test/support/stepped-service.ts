import { complete } from "../../components/complete-service.ts";
import type { Delivery } from "../../components/lanes/delivery.ts";
import { planLanes } from "../../components/lanes/plan.ts";
import { workloadManifests } from "../../components/manifests/workload.ts";
import type { ServiceDefinition } from "../../components/service-definition.ts";
import { IMAGE, type Json } from "./deploy-objects.ts";

const SHOP = {
  port: 8080,
  metrics: "/metrics",
  steps: [10, 50],
  weights: "traefik",
  route: { parents: [{ name: "public" }], host: "shop.example.com" },
  watch: { errors: 1, requests: 500 },
  monitoring: { prometheus: "http://prometheus.monitoring:9090" },
} as const satisfies ServiceDefinition;

/** The lanes of a stack with one service, which has steps and weights. */
export function steppedPlan(home: string) {
  const delivery: Delivery = {
    namespace: home,
    services: { shop: SHOP },
    credentials: {},
    sealing: { controller: { namespace: "kube-system", name: "sealed-secrets-controller" } },
  };
  const apiServer = { cidr: "10.0.0.1/32", ports: [6443] };
  return planLanes({ ...delivery, jenkins: { apiServer, lanes: { deploy: {} } } });
}

/** What an `up` of it writes of the kinds that steps need, by resource. */
export function steppedObjects(home: string): Readonly<Record<string, Json>> {
  const place = { name: "shop", namespace: home, version: "1", pullSecret: undefined };
  const made = workloadManifests(complete(place, SHOP), IMAGE);
  const { rollout, analysisTemplate, traefikService, stableService, routes = [] } = made;
  const run = {
    ...{ apiVersion: "argoproj.io/v1alpha1", kind: "AnalysisRun" },
    metadata: { name: "shop-first", namespace: home },
    spec: { metrics: analysisTemplate?.spec.metrics, args: [{ name: "hash", value: "1" }] },
  };
  return {
    rollouts: rollout,
    analysistemplates: analysisTemplate,
    analysisruns: run,
    traefikservices: traefikService,
    services: stableService,
    httproutes: routes[0],
  } as unknown as Readonly<Record<string, Json>>;
}

const ELSEWHERE = { name: "measured", provider: { prometheus: { address: "http://others" } } };
const CONTAINER = { name: "shop", image: IMAGE };
const POD = { template: { spec: { restartPolicy: "Never", containers: [CONTAINER] } } };
const JOB = { name: "measured", provider: { job: { spec: POD } } };

/** What nobody's settings say, by resource, with the field that a refusal names. */
export const REFUSED: readonly (readonly [resource: string, change: Json, field: RegExp])[] = [
  ["rollouts", { spec: { workloadRef: { kind: "Deployment" } } }, /spec\.workloadRef/],
  [
    "rollouts",
    { spec: { strategy: { canary: { steps: [{ experiment: { templates: [] } }] } } } },
    /spec\.strategy/,
  ],
  [
    "rollouts",
    { spec: { strategy: { canary: { trafficRouting: { traefik: null, plugins: { any: {} } } } } } },
    /spec\.strategy/,
  ],
  [
    "rollouts",
    {
      spec: {
        strategy: {
          canary: { trafficRouting: { traefik: { weightedTraefikServiceName: "others" } } },
        },
      },
    },
    /spec\.strategy/,
  ],
  ["rollouts", { spec: { template: { spec: { nodeName: "one" } } } }, /nodeName/],
  ["analysistemplates", { spec: { metrics: [ELSEWHERE] } }, /spec\.metrics/],
  ["analysistemplates", { spec: { metrics: [JOB] } }, /spec\.metrics/],
  ["analysistemplates", { spec: { templates: [{ templateName: "others" }] } }, /spec\.templates/],
  ["analysisruns", { spec: { metrics: [ELSEWHERE] } }, /spec\.metrics/],
  ["traefikservices", { spec: { mirroring: { name: "shop-stable", mirrors: [] } } }, /: spec:/],
  ["traefikservices", { spec: { weighted: { services: [{ name: "others" }] } } }, /: spec:/],
  [
    "traefikservices",
    { spec: { weighted: { services: [{ name: "shop-stable", namespace: "others" }] } } },
    /: spec:/,
  ],
  [
    "httproutes",
    {
      spec: {
        rules: [
          {
            backendRefs: [{ group: "traefik.io", kind: "TraefikService", name: "api@internal" }],
          },
        ],
      },
    },
    /spec\.rules\[\]\.backendRefs/,
  ],
];
