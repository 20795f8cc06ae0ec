import { MADE_HERE } from "../../contract/marks.ts";
import type * as k8s from "@pulumi/kubernetes";

import { TAKES_BACK } from "../manifests/labels.ts";
import { AGENT, type Lane, LAUNCHER, TOKEN } from "./definition.ts";
import { DNS, egressRule } from "../manifests/network-policy.ts";

/** Name of what a lane has one of. */
export const AGENTS = "agents";

/** The objects of a lane's namespace, except rights. */
export type LaneManifests = ReturnType<typeof laneManifests>;

/** Builds what a lane's agent pods live in, as plain data. */
export function laneManifests(lane: Lane) {
  return {
    namespace: laneNamespace(lane),
    resourceQuota: resourceQuota(lane),
    limitRange: limitRange(lane),
    networkPolicy: networkPolicy(lane),
    launcher: account(lane, LAUNCHER),
    agent: account(lane, AGENT),
    token: token(lane),
  };
}

/** Name, namespace, labels and annotations of an object that Jenkins' lanes need. */
export function laneMetadata<Within extends { readonly namespace?: string }>(
  name: string,
  within: Within,
): Within & { name: string; labels: Record<string, string>; annotations: Record<string, string> } {
  return { ...within, name, labels: { ...MADE_HERE }, annotations: { ...TAKES_BACK } };
}

/** The beginning of an object in a lane's namespace. */
function objectOf<Kind extends string>({ namespace }: Lane, kind: Kind, name = AGENTS) {
  return { apiVersion: "v1", kind, metadata: laneMetadata(name, { namespace }) } as const;
}

/**
 * Agents must meet the `restricted` Pod Security level. Rootless BuildKit cannot: it creates user namespaces and
 * mounts, which both that level and `baseline` refuse. So the level of the build lane refuses nothing, and a policy of
 * its own all but that: see `buildPolicy`.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
function laneNamespace({ name, namespace }: Lane) {
  const { labels, ...metadata } = laneMetadata(namespace, {});
  const level = "pod-security.kubernetes.io";
  const levels = {
    [`${level}/enforce`]: name === "build" ? "privileged" : "restricted",
    [`${level}/audit`]: "restricted",
    ...(name !== "build" && { [`${level}/warn`]: "restricted" }),
  };
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { ...metadata, labels: { ...labels, ...levels } },
  } satisfies k8s.types.input.core.v1.Namespace;
}

/** @see https://kubernetes.io/docs/concepts/policy/resource-quotas/ */
function resourceQuota(lane: Lane) {
  return {
    ...objectOf(lane, "ResourceQuota"),
    spec: { hard: hardLimits(lane) },
  } satisfies k8s.types.input.core.v1.ResourceQuota;
}

/** The most pods, cores and memory of a namespace, as a quota has them. */
export function hardLimits({ pods, cpu, memory }: Pick<Lane, "pods" | "cpu" | "memory">) {
  return {
    pods: String(pods),
    "requests.cpu": cpu,
    "requests.memory": memory,
    "limits.cpu": cpu,
    "limits.memory": memory,
  };
}

/**
 * A quota refuses containers without requests and limits, such as those that Jenkins adds.
 *
 * @see https://kubernetes.io/docs/concepts/policy/limit-range/
 */
function limitRange(lane: Lane) {
  return {
    ...objectOf(lane, "LimitRange"),
    spec: {
      limits: [
        {
          type: "Container",
          defaultRequest: { cpu: "100m", memory: "256Mi" },
          default: { cpu: "500m", memory: "512Mi" },
        },
      ],
    },
  } satisfies k8s.types.input.core.v1.LimitRange;
}

/** Nobody connects to an agent: it connects to Jenkins. */
function networkPolicy(lane: Lane) {
  return {
    ...objectOf(lane, "NetworkPolicy"),
    apiVersion: "networking.k8s.io/v1",
    spec: {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      egress: [DNS, ...lane.egress.map(egressRule)],
    },
  } satisfies k8s.types.input.networking.v1.NetworkPolicy;
}

/** A pod that needs a token mounts a short-lived one itself, into the one container that needs it. */
function account(lane: Lane, name: string) {
  return {
    ...objectOf(lane, "ServiceAccount", name),
    automountServiceAccountToken: false,
  } satisfies k8s.types.input.core.v1.ServiceAccount;
}

/** @see https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets */
function token(lane: Lane) {
  if (!lane.longLivedTokens) {
    return undefined;
  }
  const { metadata, ...secret } = objectOf(lane, "Secret", TOKEN);
  const account = { "kubernetes.io/service-account.name": LAUNCHER };
  return {
    ...secret,
    type: "kubernetes.io/service-account-token",
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...account } },
  } satisfies k8s.types.input.core.v1.Secret;
}
