import type { Judged } from "../../policy/rules/judge.ts";

const RBAC = { apiVersion: "rbac.authorization.k8s.io/v1" } as const;
const GROUP = "rbac.authorization.k8s.io";

/** Where objects of a policy's tests are. */
export interface Scene {
  readonly namespace: string;
  /** An image by its digest, of a registry that the settings name. */
  readonly image: string;
  /** Labels that a NetworkPolicy of the stack selects. */
  readonly labels: Readonly<Record<string, string>>;
}

/** An object with whatever it has beside its name. */
export type PolicyObject = Judged & { readonly metadata: { readonly name: string } };

const SECURED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
};

/** A container that breaks no rule. */
function rightContainer({ image }: Pick<Scene, "image">) {
  return {
    name: "main",
    image,
    ports: [{ containerPort: 8080 }],
    readinessProbe: { tcpSocket: { port: 8080 } },
    resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "32Mi" } },
    securityContext: SECURED,
  };
}

/** A Deployment that breaks no rule, except by what is changed. */
export function rightDeployment(
  name: string,
  scene: Scene,
  { pod = {}, container = {}, labels = scene.labels }: Changes = {},
): PolicyObject {
  return objectOf({ apiVersion: "apps/v1", kind: "Deployment" }, name, scene, {
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 1000,
            seccompProfile: { type: "RuntimeDefault" },
          },
          containers: [{ ...rightContainer(scene), ...container }],
          ...pod,
        },
      },
    },
  });
}

interface Changes {
  readonly pod?: object;
  readonly container?: object;
  readonly labels?: Readonly<Record<string, string>>;
}

/** By rule, an object that breaks that rule alone. */
export function breakingObjects(scene: Scene): Readonly<Record<string, PolicyObject>> {
  const digest = scene.image.slice(scene.image.indexOf("@"));
  const deployment = (name: string, changes: Changes) => rightDeployment(name, scene, changes);
  const rbac = (kind: string, name: string, content: Content) =>
    objectOf({ ...RBAC, kind }, name, scene, content);
  const core = (kind: string, name: string, content: Content) =>
    objectOf({ apiVersion: "v1", kind }, name, scene, content);
  return {
    "no-unpinned-images": deployment("unpinned", {
      container: { image: scene.image.replace(/@.*/, ":latest") },
    }),
    "no-other-registries": deployment("elsewhere", {
      container: { image: `elsewhere.invalid/shop${digest}` },
    }),
    "no-plain-secrets": core("Secret", "plain", { stringData: { KEY: "m4rk-in-clear" } }),
    "no-long-lived-tokens": core("Secret", "token", {
      type: "kubernetes.io/service-account-token",
      metadata: { annotations: { "kubernetes.io/service-account.name": "default" } },
    }),
    "no-wildcard-rights": rbac("Role", "wildcard", {
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["*"] }],
    }),
    "no-escalating-rights": rbac("RoleBinding", "escalating", {
      roleRef: { apiGroup: GROUP, kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ kind: "ServiceAccount", name: "default", namespace: scene.namespace }],
    }),
    "no-unsaid-exceptions": deployment("loose", {
      container: { securityContext: { ...SECURED, allowPrivilegeEscalation: true } },
    }),
    "no-host-namespaces": deployment("host", { pod: { hostPID: true } }),
    "requests-and-limits": deployment("unlimited", { container: { resources: {} } }),
    "readiness-probes": deployment("unprobed", { container: { readinessProbe: undefined } }),
    "no-external-addresses": core("Service", "outside", {
      spec: { type: "NodePort", ports: [{ port: 80 }] },
    }),
    "network-policies": deployment("open", { labels: { app: "open" } }),
  };
}

/** What an object has beside its kind and name. */
interface Content {
  readonly metadata?: object;
  readonly [field: string]: unknown;
}

function objectOf(
  kind: { readonly apiVersion: string; readonly kind: string },
  name: string,
  { namespace }: Scene,
  { metadata = {}, ...content }: Content,
): PolicyObject {
  return { ...kind, ...content, metadata: { ...metadata, namespace, name } };
}
