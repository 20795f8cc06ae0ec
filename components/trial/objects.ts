import type * as k8s from "@pulumi/kubernetes";

import { POOL } from "../../contract/marks.ts";
import { hardLimits, laneMetadata } from "../lanes/objects.ts";
import { namespaceManifest } from "../manifests/namespace.ts";
import type { Level } from "../service/exceptions.ts";
import type { TrialQuota } from "./definition.ts";

/**
 * Builds a namespace of a pool, as plain data: what bounds a trial is there before it, and stays after it.
 *
 * @param level the Pod Security level that the services of a trial need
 */
export function poolManifests(namespace: string, quota: TrialQuota, level: Level) {
  const metadata = laneMetadata(POOL, { namespace });
  return {
    namespace: namespaceManifest(namespace, level),
    resourceQuota: { ...core("ResourceQuota"), metadata, spec: { hard: limitsOf(quota) } },
    limitRange: { ...core("LimitRange"), metadata, spec: { limits: [DEFAULTS] } },
    networkPolicy: { ...DENY_ALL, metadata },
  } satisfies Readonly<Record<string, object>>;
}

/** The namespace that says which pull request has which namespace of the pool: no pod runs in it. */
export function homeManifests(home: string) {
  const metadata = laneMetadata(POOL, { namespace: home });
  return {
    namespace: namespaceManifest(home),
    resourceQuota: { ...core("ResourceQuota"), metadata, spec: { hard: { pods: "0" } } },
  };
}

function core<Kind extends string>(kind: Kind) {
  return { apiVersion: "v1", kind } as const;
}

/** No port of a node and no load balancer: a trial is reached through the cluster, or by an Ingress. */
function limitsOf({ storage, ...quota }: TrialQuota) {
  return {
    ...hardLimits(quota),
    "requests.storage": storage,
    "services.loadbalancers": "0",
    "services.nodeports": "0",
  };
}

/** A quota refuses containers without requests and limits. */
const DEFAULTS: k8s.types.input.core.v1.LimitRangeItem = {
  type: "Container",
  defaultRequest: { cpu: "50m", memory: "64Mi" },
  default: { cpu: "500m", memory: "256Mi" },
};

/** Nobody comes in and nothing goes out but what the policy of a service opens. */
const DENY_ALL = {
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
} satisfies k8s.types.input.networking.v1.NetworkPolicy;
