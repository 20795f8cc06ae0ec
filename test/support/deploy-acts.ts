import { IMAGE, type Json } from "./deploy-objects.ts";

/** What a node's cloud says of it to whoever asks from there. */
const HOST = { httpGet: { host: "169.254.169.254", port: 80 } };

const KEPT_CONTEXT = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};
/** What a container may not have that no word of its service permits. */
const HARDENED: readonly (readonly [Json, RegExp])[] = [
  [{ ...KEPT_CONTEXT, readOnlyRootFilesystem: false }, /may not write to the image's files/],
  [{ ...KEPT_CONTEXT, allowPrivilegeEscalation: true }, /may not gain privileges/],
  [{ ...KEPT_CONTEXT, runAsUser: 0 }, /may not run as root/],
  [{ ...KEPT_CONTEXT, capabilities: { drop: ["ALL"], add: ["CHOWN"] } }, /runtime's capabilities/],
  [
    { ...KEPT_CONTEXT, capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } },
    /capabilities such as NET_ADMIN/,
  ],
  [
    { ...KEPT_CONTEXT, capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } },
    /NET_BIND_SERVICE/,
  ],
  [{ ...KEPT_CONTEXT, privileged: true, allowPrivilegeEscalation: null }, /whatever the node may/],
  [{ ...KEPT_CONTEXT, appArmorProfile: { type: "Unconfined" } }, /masked paths/],
  [{ ...KEPT_CONTEXT, seLinuxOptions: { type: "spc_t" } }, /SELinux/],
];

/** What the deploy lane may not write: a change of one of its objects, and the field that the refusal names. */
export const WRITES: readonly (readonly [string, Json, RegExp])[] = [
  ["services", { spec: { type: "LoadBalancer" } }, /spec\.type: .* only ClusterIP;/],
  ["services", { spec: { type: "NodePort" } }, /spec\.type/],
  [
    "services",
    { spec: { type: "ExternalName", externalName: "example.com", selector: null } },
    /spec\.type/,
  ],
  ["services", { spec: { externalIPs: ["10.0.0.53"] } }, /spec\.externalIPs/],
  ["services", annotated("tailscale.com/expose", "true"), /metadata\.annotations/],
  ["ingresses", { spec: { rules: [ruleOf("other.example.com", "/shop")] } }, /spec\.rules\[\]/],
  ["ingresses", { spec: { rules: [ruleOf("shop.example.com", "/")] } }, /spec\.rules\[\]/],
  ["ingresses", { spec: { rules: [ruleOf(undefined, "/shop")] } }, /spec\.rules\[\]/],
  [
    "ingresses",
    { spec: { rules: [ruleOf("shop.example.com", "/shop", "ImplementationSpecific")] } },
    /spec\.rules\[\]/,
  ],
  ["ingresses", { spec: { rules: [{ host: "shop.example.com" }] } }, /spec\.rules\[\]/],
  [
    "ingresses",
    { spec: { defaultBackend: { service: { name: "shop", port: { number: 80 } } } } },
    /spec\.defaultBackend/,
  ],
  ["ingresses", { spec: { ingressClassName: "internal" } }, /spec\.ingressClassName/],
  [
    "ingresses",
    { spec: { tls: [{ hosts: ["other.example.com"], secretName: "shop-tls" }] } },
    /spec\.tls\[\]/,
  ],
  [
    "ingresses",
    { spec: { tls: [{ hosts: ["shop.example.com"], secretName: "other" }] } },
    /spec\.tls\[\]/,
  ],
  ["ingresses", { spec: { tls: [{ secretName: "shop-tls" }] } }, /spec\.tls\[\]/],
  [
    "ingresses",
    { spec: { tls: [{ hosts: ["shop.example.com"], secretName: "service-1-tls" }] } },
    /spec\.tls\[\]: .* each with its own Secret/,
  ],
  ...["configuration-snippet", "server-snippet", "auth-url"].map(
    (name) =>
      [
        "ingresses",
        annotated(`nginx.ingress.kubernetes.io/${name}`, "x"),
        /metadata\.annotations/,
      ] as const,
  ),
  [
    "ingresses",
    { ...annotated("kubernetes.io/ingress.class", "internal"), spec: { ingressClassName: null } },
    /metadata\.annotations|spec\.ingressClassName/,
  ],
  [
    "serviceaccounts",
    annotated("eks.amazonaws.com/role-arn", "arn:aws:iam::1:role/admin"),
    /metadata\.annotations/,
  ],
  [
    "serviceaccounts",
    annotated("iam.gke.io/gcp-service-account", "a@b.iam"),
    /metadata\.annotations/,
  ],
  ["serviceaccounts", { secrets: [{ name: "other" }] }, /secrets: /],
  ["serviceaccounts", { imagePullSecrets: [{ name: "other" }] }, /imagePullSecrets: /],
  ["configmaps", labelled("grafana_datasource", "1"), /metadata\.labels/],
  ["configmaps", { metadata: { name: "kube-root-ca.crt" } }, /metadata\.name/],
  ["services", labelled("mirror.linkerd.io/exported", "true"), /metadata\.labels/],
  [
    "sealedsecrets",
    { spec: { template: { metadata: { labels: { grafana_datasource: "1" } } } } },
    /spec\.template\.metadata\.labels/,
  ],
  [
    "configmaps",
    annotated("reflector.v1.k8s.emberstack.com/reflection-auto-enabled", "true"),
    /metadata\.annotations/,
  ],
  [
    "externalsecrets",
    { spec: { secretStoreRef: { name: "other", kind: "ClusterSecretStore" } } },
    /spec\.secretStoreRef/,
  ],
  [
    "externalsecrets",
    { spec: { secretStoreRef: { name: "vault", kind: "SecretStore" } } },
    /spec\.secretStoreRef/,
  ],
  [
    "externalsecrets",
    { spec: { data: [dataOf({ key: "team/admin", property: "token" })] } },
    /spec\.data\[\]\.remoteRef/,
  ],
  [
    "externalsecrets",
    { spec: { data: [dataOf({ key: "team/ledger" })] } },
    /spec\.data\[\]\.remoteRef/,
  ],
  [
    "externalsecrets",
    { spec: { dataFrom: [{ extract: { key: "team/ledger" } }] } },
    /spec\.dataFrom/,
  ],
  [
    "externalsecrets",
    { spec: { dataFrom: [{ find: { name: { regexp: ".*" } } }] } },
    /spec\.dataFrom/,
  ],
  [
    "externalsecrets",
    {
      spec: {
        data: [
          {
            ...dataOf({ key: "team/ledger", property: "token" }),
            sourceRef: { storeRef: { name: "other" } },
          },
        ],
      },
    },
    /spec\.data\[\]\.sourceRef/,
  ],
  ["externalsecrets", { spec: { target: { name: "payment" } } }, /spec\.target/],
  [
    "externalsecrets",
    {
      spec: {
        target: {
          template: { templateFrom: [{ secret: { name: "other", items: [{ key: "k" }] } }] },
        },
      },
    },
    /templateFrom/,
  ],
  [
    "externalsecrets",
    { spec: { target: { template: { type: "kubernetes.io/service-account-token" } } } },
    /template\.type/,
  ],
  ["externalsecrets", { metadata: { name: "other" } }, /metadata\.name/],
  [
    "sealedsecrets",
    { spec: { template: { type: "kubernetes.io/service-account-token" } } },
    /spec\.template\.type/,
  ],
  [
    "sealedsecrets",
    {
      spec: {
        template: {
          metadata: {
            annotations: { "reflector.v1.k8s.emberstack.com/reflection-allowed": "true" },
          },
        },
      },
    },
    /spec\.template\.metadata\.annotations/,
  ],
  ["sealedsecrets", { metadata: { name: "other" } }, /metadata\.name/],
  ...podChanges(),
];

function podChanges(): readonly (readonly [string, Json, RegExp])[] {
  const of = (spec: Json) => ({ spec: { template: { spec } } });
  const mounting = (volumes: readonly Json[]) =>
    of({ volumes, containers: [{ name: "shop", image: IMAGE }] });
  const container = (change: Json) =>
    of({ containers: [{ name: "shop", image: IMAGE, ...change }] });
  const key = { secretKeyRef: { name: "other", key: "k" } };
  const env = [{ name: "A", valueFrom: key }];
  return [
    ...[
      "iam.amazonaws.com/role",
      "k8s.v1.cni.cncf.io/networks",
      "vault.hashicorp.com/agent-inject",
    ].map(
      (key) =>
        [
          "deployments",
          { spec: { template: annotated(key, "x") } },
          /spec\.template\.metadata\.annotations/,
        ] as const,
    ),
    [
      "deployments",
      { spec: { template: labelled("azure.workload.identity/use", "true") } },
      /spec\.template\.metadata\.labels/,
    ],
    ["deployments", of({ serviceAccountName: "operator" }), /serviceAccountName/],
    ["deployments", of({ serviceAccountName: null }), /serviceAccountName/],
    ["deployments", of({ automountServiceAccountToken: true }), /automountServiceAccountToken/],
    ["deployments", of({ priorityClassName: "system-node-critical" }), /priorityClassName/],
    ["deployments", of({ nodeName: "node" }), /nodeName/],
    ["deployments", of({ hostPID: true }), /may not see the node's processes/],
    ["deployments", of({ hostNetwork: true }), /may not use the node's network/],
    ["deployments", of({ securityContext: { runAsNonRoot: false } }), /may not run as root/],
    ["deployments", of({ securityContext: { seccompProfile: null } }), /run without seccomp/],
    [
      "deployments",
      of({ securityContext: { sysctls: [{ name: "kernel.msgmax", value: "1" }] } }),
      /may not set sysctls/,
    ],
    ...HARDENED.map(
      ([securityContext, told]) => ["deployments", container({ securityContext }), told] as const,
    ),
    [
      "deployments",
      of({ nodeSelector: { "kubernetes.io/hostname": "control-plane" } }),
      /nodeSelector/,
    ],
    ["deployments", of({ tolerations: [{ operator: "Exists" }] }), /tolerations/],
    ["deployments", of({ schedulerName: "other" }), /schedulerName/],
    ["deployments", of({ affinity: { nodeAffinity: toNode("a") } }), /affinity\.nodeAffinity/],
    ["deployments", container({ livenessProbe: HOST }), /containers\[\]: .* without a host/],
    [
      "deployments",
      container({ lifecycle: { postStart: HOST } }),
      /containers\[\]: .* without a host/,
    ],
    [
      "deployments",
      mounting([{ name: "v", secret: { secretName: "other" } }]),
      /volumes\[\]\.secret/,
    ],
    [
      "deployments",
      mounting([{ name: "v", projected: { sources: [{ serviceAccountToken: { path: "t" } }] } }]),
      /volumes\[\]: /,
    ],
    [
      "deployments",
      mounting([{ name: "v", csi: { driver: "secrets-store.csi.k8s.io" } }]),
      /volumes\[\]: /,
    ],
    ["deployments", container({ image: "registry.example.com/shop:latest" }), /image/],
    ["deployments", container({ env }), /containers\[\]\.env\[\]\.valueFrom\.secretKeyRef/],
    [
      "deployments",
      container({ envFrom: [{ secretRef: { name: "other" } }] }),
      /envFrom\[\]\.secretRef/,
    ],
    [
      "deployments",
      of({ initContainers: [{ name: "i", image: IMAGE, env }] }),
      /initContainers\[\]\.env/,
    ],
  ];
}

function toNode(name: string): Json {
  const matchFields = [{ key: "metadata.name", operator: "In", values: [name] }];
  return {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] },
  };
}

function labelled(key: string, value: string): Json {
  return { metadata: { labels: { [key]: value } } };
}

function annotated(key: string, value: string): Json {
  return { metadata: { annotations: { [key]: value } } };
}

function ruleOf(host: string | undefined, path: string, pathType = "Prefix"): Json {
  const backend = { service: { name: "shop", port: { name: "http" } } };
  return { ...(host !== undefined && { host }), http: { paths: [{ path, pathType, backend }] } };
}

function dataOf(remoteRef: Json): Json {
  return { secretKey: "TOKEN", remoteRef };
}
