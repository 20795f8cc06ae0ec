import { readFileSync } from "node:fs";
import { request, type RequestOptions } from "node:https";
import { join } from "node:path";

import type { KubernetesObject } from "@kubernetes/client-node";

import { cluster } from "../../testbed/cluster.ts";
import { type Kind, type Manifest, POD } from "../../testbed/kinds.ts";
import { kubectl } from "../../testbed/kubectl.ts";
import { publishedModule } from "../../tools/go/changed-module.ts";
import { GATEWAY_API, TRAEFIK_MODULE } from "../../tools/go/traefik.ts";
import { ensureExtras } from "../../tools/platform/additions.ts";
import { TRAEFIK_IMAGE } from "../../tools/platform/images.ts";
import { withLock } from "../../tools/platform/lock.ts";
import { restricted } from "./intruder.ts";
import { mutualTls } from "./mutual-tls.ts";

const GROUP = "gateway.networking.k8s.io";

/** Of the Gateway API's standard channel, what Traefik follows. */
const KINDS = [
  ...["gatewayclasses", "gateways", "httproutes", "grpcroutes", "referencegrants"],
  "backendtlspolicies",
];

const DEFINITION: Kind<KubernetesObject> = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
};

/** Where Traefik listens for TLS, and so the Gateway. */
const PORT = 8443;

/** Traefik's own kinds: it knows none of them unless all are defined. */
const TRAEFIK = "traefik.io";

/** One story at a time may define kinds of the whole cluster. */
const LOCK = "the definitions of the Gateway API";

/**
 * Waits until no other story has a Gateway, or sees whether there are definitions of any.
 * @returns lets the next one have it
 */
export function reserveGateway(): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const held = () =>
      new Promise<void>((release) => {
        resolve(release);
      });
    withLock(LOCK, () => undefined, held).catch(reject);
  });
}

/** A Gateway with one listener, which a Traefik of its own serves. Its definitions are the whole cluster's: see `reserveGateway`. */
export class TestGateway {
  private readonly namespace: string;
  private readonly authority: string;
  private readonly made: readonly Manifest[];

  private constructor(namespace: string, authority: string, made: readonly Manifest[]) {
    this.namespace = namespace;
    this.authority = authority;
    this.made = made;
  }

  /**
   * @param hosts the names of the Gateway's listener, such as `*.example.com`
   */
  static async start(
    { namespace, name, listener }: Readonly<Record<"namespace" | "name" | "listener", string>>,
    hosts: string,
  ): Promise<TestGateway> {
    await ensureExtras("ingress");
    await kubectl(["apply", "--server-side", "--filename", "-"], await definitions());
    const { authority, server } = await mutualTls(`127.0.0.1,DNS:${hosts}`);
    const gateway = gatewayOf({ namespace, name, listener }, hosts);
    const made = [...controllerOf(namespace), secretOf(namespace, server), ...gateway];
    const subject = new TestGateway(namespace, authority, made);
    try {
      const list = { apiVersion: "v1", kind: "List", items: made };
      const established = ["--for=condition=Established", "--filename", "-"];
      await kubectl(["wait", ...established], await definitions());
      await kubectl(["create", "--filename", "-"], JSON.stringify(list));
      const deployment = ["deployment/traefik", "--namespace", namespace];
      await kubectl(["wait", "--for=condition=Available", "--timeout=60s", ...deployment]);
    } catch (error) {
      await subject.dispose();
      throw error;
    }
    return subject;
  }

  /** Whether the cluster has definitions of the Gateway API. */
  static async isDefined(): Promise<boolean> {
    return (await cluster.find(DEFINITION, undefined, `httproutes.${GROUP}`)) !== undefined;
  }

  /** Takes away what it has made, definitions and all. */
  async dispose(): Promise<void> {
    const isOfCluster = ({ metadata }: Manifest) => metadata.namespace === undefined;
    const names = this.made
      .filter(isOfCluster)
      .map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    const gone = ["--ignore-not-found", "--timeout=60s"];
    await kubectl(["delete", ...gone, ...names]).catch(() => undefined);
    await kubectl(["delete", ...gone, "--filename", "-"], await definitions());
  }

  /** The status of the answer to a request for a host and a path, over TLS with the Gateway's certificate. */
  async status(host: string, path: string): Promise<number | undefined> {
    const address = await this.address();
    return new Promise((resolve, reject) => {
      request(new URL(path, address), { ...this.requestFor(host), agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });
  }

  /** Where its listener answers. */
  async address(): Promise<string> {
    const label = "app.kubernetes.io/name=traefik";
    const [pod] = await cluster.list(POD, this.namespace, label);
    return `https://${pod?.status?.podIP}:${PORT}/`;
  }

  /** What a request for a host has. */
  requestFor(host: string): RequestOptions {
    return { headers: { host }, servername: host, ca: this.authority };
  }
}

async function definitions(): Promise<string> {
  const folder = join(await publishedModule(GATEWAY_API), "config/crd/standard");
  const own = join(
    await publishedModule(TRAEFIK_MODULE),
    "docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml",
  );
  const files = [...KINDS.map((kind) => join(folder, `${GROUP}_${kind}.yaml`)), own];
  return files.map((file) => readFileSync(file, "utf8")).join("\n---\n");
}

function gatewayOf(
  { namespace, name, listener }: Readonly<Record<"namespace" | "name" | "listener", string>>,
  hostname: string,
): Manifest[] {
  const apiVersion = `${GROUP}/v1`;
  return [
    {
      ...{ apiVersion, kind: "GatewayClass", metadata: { name: namespace } },
      spec: { controllerName: "traefik.io/gateway-controller" },
    },
    {
      ...{ apiVersion, kind: "Gateway", metadata: { namespace, name } },
      spec: {
        gatewayClassName: namespace,
        listeners: [
          {
            ...{ name: listener, protocol: "HTTPS", port: PORT, hostname },
            tls: { certificateRefs: [{ name: "gateway" }] },
            allowedRoutes: { namespaces: { from: "All" } },
          },
        ],
      },
    },
  ];
}

function secretOf(
  namespace: string,
  { cert, key }: Readonly<Record<"cert" | "key", string>>,
): Manifest {
  return {
    ...{ apiVersion: "v1", kind: "Secret", metadata: { namespace, name: "gateway" } },
    type: "kubernetes.io/tls",
    stringData: { "tls.crt": cert, "tls.key": key },
  };
}

/** Traefik as the platform has it, for Gateways instead of Ingresses. */
function controllerOf(namespace: string): Manifest[] {
  const own = { namespace, name: "traefik" };
  const labels = { "app.kubernetes.io/name": "traefik" };
  const rights = "rbac.authorization.k8s.io/v1";
  const read = ["get", "list", "watch"];
  const follow = (apiGroups: string[], resources: string[], verbs = read) => ({
    apiGroups,
    resources,
    verbs,
  });
  const args = [
    ...["--global.checknewversion=false", "--global.sendanonymoususage=false", "--ping"],
    ...["--entrypoints.traefik.address=:8080", `--entrypoints.websecure.address=:${PORT}`],
    ...["--providers.providersthrottleduration=200ms", "--providers.kubernetesgateway"],
    "--providers.kubernetescrd",
  ];
  const container = {
    ...{ name: "traefik", image: TRAEFIK_IMAGE, args },
    readinessProbe: { httpGet: { path: "/ping", port: 8080 }, periodSeconds: 1 },
    securityContext: restricted,
  };
  const spec = {
    ...{ serviceAccountName: own.name, terminationGracePeriodSeconds: 1 },
    securityContext: { runAsNonRoot: true, runAsUser: 65534 },
    containers: [container],
  };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: own },
    {
      ...{ apiVersion: rights, kind: "ClusterRole", metadata: { name: namespace } },
      rules: [
        follow([""], ["services", "secrets", "namespaces", "nodes", "configmaps"]),
        follow(["discovery.k8s.io"], ["endpointslices"]),
        follow([GROUP], KINDS),
        follow([TRAEFIK], ["*"]),
        follow(
          [GROUP],
          KINDS.map((kind) => `${kind}/status`),
          ["update", "patch"],
        ),
      ],
    },
    {
      ...{ apiVersion: rights, kind: "ClusterRoleBinding", metadata: { name: namespace } },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: namespace },
      subjects: [{ kind: "ServiceAccount", ...own }],
    },
    {
      ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: own },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec },
      },
    },
  ];
}
