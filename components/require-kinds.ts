import * as pulumi from "@pulumi/pulumi";

import type { ServedKind } from "../contract/served-kinds.ts";
import { askProvider } from "./ask-provider.ts";
import { MONITORING_API } from "./manifests/pod-monitor.ts";
import { ROLLOUTS_API } from "./manifests/rollout.ts";
import { TRAEFIK_API } from "./manifests/weighted.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";

/** What a service with a key of its settings needs the cluster to know. */
interface Need {
  readonly apiVersion: string;
  readonly kinds: readonly string[];
  /** What stands between kinds where they are named. */
  readonly between: string;
  readonly remedy: string;
}

/**
 * By the key of a service.
 *
 * @see https://gateway-api.sigs.k8s.io/guides/getting-started/#installing-gateway-api
 * @see https://argo-rollouts.readthedocs.io/en/stable/installation/
 * @see https://prometheus-operator.dev/docs/getting-started/installation/
 */
const NEEDS = {
  route: {
    apiVersion: "gateway.networking.k8s.io/v1",
    kinds: ["HTTPRoute"],
    between: ", ",
    remedy:
      "have an administrator install the Gateway API (kubectl apply -f …/standard-install.yaml), or use ingress",
  },
  steps: {
    apiVersion: ROLLOUTS_API,
    kinds: ["Rollout", "AnalysisTemplate", "AnalysisRun"],
    between: ", ",
    remedy: "have an administrator install Argo Rollouts (1.10 or newer), or remove steps",
  },
  weights: {
    apiVersion: TRAEFIK_API,
    kinds: ["TraefikService"],
    between: ", ",
    remedy:
      "have an administrator install Traefik with its kinds (providers.kubernetescrd), or remove weights",
  },
  metrics: {
    apiVersion: MONITORING_API,
    kinds: ["PodMonitor", "PrometheusRule"],
    between: " and ",
    remedy:
      "have an administrator install the Prometheus operator (kube-prometheus-stack has it), or remove metrics",
  },
} as const satisfies Readonly<Record<string, Need>>;

type Key = keyof typeof NEEDS;

/**
 * Ends the run before anything is registered if a service has this key, and the cluster does not know the objects that are made of it.
 *
 * @throws RunError with the service and the remedy
 */
export async function requireKinds(
  key: Key,
  services: Readonly<Record<string, { readonly [name in Key]?: unknown }>>,
  provider: SlipwayProvider,
): Promise<void> {
  const first = Object.keys(services).find((name) => services[name]?.[key] !== undefined);
  if (first === undefined) {
    return;
  }
  const [group] = NEEDS[key].apiVersion.split("/");
  const { kinds } = await askProvider("servedKinds", { group }, provider);
  const fault = kinds && kindsFault(key, kinds);
  if (fault !== undefined) {
    throw new pulumi.RunError(`slipway:services.${first}.${key}: ${fault}`);
  }
}

/** What is missing where the API server serves these kinds of the group, undefined if nothing is. */
export function kindsFault(key: Key, served: readonly ServedKind[]): string | undefined {
  const { apiVersion, kinds, between, remedy }: Need = NEEDS[key];
  const versionsOf = (kind: string) =>
    served.filter((each) => each.kind === kind).map((each) => each.apiVersion);
  const missing = kinds.filter((kind) => !versionsOf(kind).includes(apiVersion));
  if (missing.length === 0) {
    return undefined;
  }
  const others = [...new Set(missing.flatMap(versionsOf))];
  const instead = others.length === 0 ? "" : `, only ${others.join(", ")}`;
  return `the cluster does not serve ${missing.join(between)} of ${apiVersion}${instead}; ${remedy}`;
}
