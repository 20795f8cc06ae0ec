import type { Delivery } from "../../components/lanes/delivery.ts";
import { complete } from "../../components/complete-service.ts";
import { workloadManifests } from "../../components/manifests/workload.ts";
import type { ServiceDefinition } from "../../components/service-definition.ts";
import { externalSecretManifest } from "../../components/credentials/external-secret.ts";
import { sealedSecretManifest } from "../../components/credentials/sealed-secret.ts";
import type { Request } from "./request.ts";

const HEX = "a".repeat(64);
/** The image of its one service. */
export const IMAGE = `registry.example.com/shop@sha256:${HEX}`;

const OTHERS = Array.from({ length: 49 }, (_, index) => `service-${index}`);
const LONG = "a/path/in/a/store/of/a/large/company";

/** A stack that has every kind which the deploy lane may write, and fifty services: its policies are long. */
export function deliveryTo(namespace: string): Delivery {
  const own = stackIn(namespace);
  const ingresses = OTHERS.map((name) => {
    const ingress = { host: `${name}.a.long.name.example.com`, class: "nginx", tls: `${name}-tls` };
    return [name, { port: 80, ingress, env: { A: { secret: `${name}-own`, key: "a" } } }] as const;
  });
  const remotes = OTHERS.flatMap((name) =>
    Array.from({ length: 5 }, (_, index) => {
      const remote = { key: `${LONG}/${name}/${index}`, property: "value" };
      return [`${name}-${index}`, { store: { name: "vault" }, keys: { A: { remote } } }] as const;
    }),
  );
  return {
    ...own,
    services: { ...own.services, agent: EXCEPTIONAL, ...Object.fromEntries(ingresses) },
    credentials: { ...own.credentials, ...Object.fromEntries(remotes) },
  };
}

/** A service that leaves what every service has, and so loosens its namespace's Pod Security level. */
const EXCEPTIONAL = {
  port: 9100,
  allow: ["host-pid", "host-path", "writable-root"],
  labels: { "azure.workload.identity/use": "true" },
  annotations: { "example.com/scrape": "true" },
  nodeSelector: { "kubernetes.io/os": "linux" },
  tolerations: [{ operator: "Exists", tolerationSeconds: 5, effect: "NoExecute" }],
  affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [preferred(5)] } },
  priorityClassName: "high",
  runtimeClassName: "gvisor",
  serviceAccount: {
    annotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/agent" },
    token: { audience: "vault", path: "/var/run/secrets/tokens/vault" },
  },
  pod: { volumes: [{ name: "host", hostPath: { path: "/proc" } }] },
} as const satisfies ServiceDefinition;

function preferred(weight: number) {
  const match = { key: "disk", operator: "In", values: ["ssd"] };
  return { weight, preference: { matchExpressions: [match] } };
}

/** The objects of the service that leaves what every service has, by resource. */
export function exceptionalObjects(namespace: string): Readonly<Record<string, Json>> {
  const place = { name: "agent", namespace, version: "1", pullSecret: undefined };
  const made = workloadManifests(complete(place, EXCEPTIONAL), IMAGE);
  const { serviceAccount, networkPolicy, deployment, service } = made;
  return {
    serviceaccounts: serviceAccount,
    networkpolicies: networkPolicy,
    deployments: deployment,
    services: service,
  } as unknown as Readonly<Record<string, Json>>;
}

/** The part of it that is written. */
const stackIn = (namespace: string) =>
  ({
    namespace,
    sealing: { controller: { namespace: "kube-system", name: "sealed-secrets-controller" } },
    credentials: {
      payment: { keys: { KEY: {} } },
      pull: { format: "dockerconfigjson", keys: {} },
      ledger: {
        store: { name: "vault", kind: "ClusterSecretStore" },
        keys: { TOKEN: { remote: { key: "team/ledger", property: "token" } } },
      },
    },
    services: {
      shop: {
        port: 8080,
        env: { KEY: { credential: "payment", key: "KEY" }, OLD: { secret: "legacy", key: "k" } },
        files: {
          "/etc/shop.yaml": "currency: EUR\n",
          "/etc/t": { credential: "ledger", key: "TOKEN" },
        },
        ingress: { host: "shop.example.com", class: "nginx", tls: "shop-tls", path: "/shop" },
        autoscale: { min: 2, max: 3 },
      },
    },
  }) as const satisfies Delivery;

/** Part of an object. */
export type Json = Readonly<Record<string, unknown>>;

/** The stack's own objects, by resource: what its `up` writes. */
export function ownObjects(namespace: string): Readonly<Record<string, Json>> {
  const { services, credentials } = stackIn(namespace);
  const place = { name: "shop", namespace, version: "1", pullSecret: "pull" };
  const service = complete(place, services.shop, { payment: ["KEY"], ledger: ["TOKEN"] });
  const source = { commit: "0123abcd", repository: "https://example.com/shop" };
  const made = workloadManifests(service, IMAGE, source);
  const form = { namespace, scope: "strict", jenkins: {} } as const;
  const { spec, ...sealed } = sealedSecretManifest({ ...form, name: "payment", format: "opaque" });
  const { store, keys } = credentials.ledger;
  return {
    serviceaccounts: made.serviceAccount,
    configmaps: made.configMap,
    networkpolicies: made.networkPolicy,
    poddisruptionbudgets: made.podDisruptionBudget,
    deployments: made.deployment,
    services: made.service,
    horizontalpodautoscalers: made.horizontalPodAutoscaler,
    ingresses: made.ingress,
    sealedsecrets: { ...sealed, spec: { ...spec, encryptedData: { KEY: "AgA=" } } },
    externalsecrets: externalSecretManifest(
      { ...form, name: "ledger", format: "opaque" },
      { store, values: { TOKEN: keys.TOKEN.remote } },
    ),
  } as unknown as Readonly<Record<string, Json>>;
}

/** Where objects of a kind are, whose manifest is given. */
export function pathOf(
  resource: string,
  { apiVersion, metadata }: Json,
  { dryRun = true } = {},
): string {
  const { namespace } = metadata as { readonly namespace: string };
  const root = apiVersion === "v1" ? "/api/v1" : `/apis/${String(apiVersion)}`;
  return `${root}/namespaces/${namespace}/${resource}${dryRun ? "?dryRun=All" : ""}`;
}

/** A request that creates an object, with a change of its manifest as a merge patch is one. */
export function creation(
  resource: string,
  manifest: Json,
  change: Json = {},
  options = {},
): Request {
  const body = merged(manifest, change) as object;
  return { method: "POST", path: pathOf(resource, manifest, options), body };
}

function merged(value: unknown, change: unknown): unknown {
  if (typeof change !== "object" || change === null || Array.isArray(change)) {
    return change;
  }
  const base = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  const entries = Object.entries(change).map(
    ([key, each]) => [key, merged((base as Json)[key], each)] as const,
  );
  return { ...base, ...Object.fromEntries(entries) };
}
