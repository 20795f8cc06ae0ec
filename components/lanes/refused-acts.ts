import type { ProvedPolicy, RefusedAct } from "../../contract/access-proof.ts";
import { POOL } from "../../contract/marks.ts";
import { AGENT, type LaneName, LAUNCHER } from "./definition.ts";
import type { LanePlan } from "./plan.ts";
import { rightsToKind } from "./object-reference.ts";

/** Where the acts are tried. */
type Scene = Pick<LanePlan, "accounts" | "home" | "lanes">;

/** What nobody has, and no object is called. */
const NAME = "slipway-access-proof";
const HOST = `${NAME}.invalid`;

/**
 * What each policy must refuse, by the end of its name. Each act breaks one policy alone, and meets what comes before it:
 * rights, Pod Security, the API server's own validation. So the refusal is that policy's.
 */
const ACTS: Readonly<Record<string, (scene: Scene) => readonly RefusedAct[]>> = {
  pods: (scene) => scene.lanes.map(({ lane }) => pod(lane, { serviceAccountName: LAUNCHER })),
  proxy: (scene) => lanesOf(scene, "deploy").flatMap((lane) => reach(scene, lane)),
  "dry-run": ({ home, lanes }) =>
    lanesOf({ lanes }, "preview").map(({ namespace }) => ({
      account: { namespace, name: AGENT },
      verb: "patch",
      apiVersion: "v1",
      resource: "serviceaccounts",
      namespace: home,
      // The one that every namespace has.
      name: "default",
    })),
  "preview-secrets": (scene) =>
    lanesOf(scene, "preview").map((lane) =>
      pod(lane, { volumes: [{ name: "secret", secret: { secretName: NAME } }] }),
    ),
  build: (scene) => lanesOf(scene, "build").map((lane) => pod(lane, { hostPID: true })),
  "deploy-annotations": written("v1", "ServiceAccount", {
    metadata: { annotations: { [`${HOST}/role`]: "" } },
  }),
  "deploy-services": written("v1", "Service", {
    spec: { type: "ExternalName", externalName: HOST },
  }),
  "deploy-serviceaccounts": written("v1", "ServiceAccount", { imagePullSecrets: [{ name: NAME }] }),
  "deploy-deployments": (scene) => [
    ...written("apps/v1", "Deployment", delivering({}))(scene),
    ...written("apps/v1", "StatefulSet", delivering({ serviceName: NAME }))(scene),
    ...written("apps/v1", "DaemonSet", delivering({}))(scene),
  ],
  "deploy-cronjobs": written("batch/v1", "CronJob", {
    spec: {
      schedule: "@yearly",
      suspend: true,
      jobTemplate: { spec: { template: { spec: endingPod() } } },
    },
  }),
  "deploy-jobs": written("batch/v1", "Job", {
    spec: { suspend: true, template: { spec: endingPod() } },
  }),
  "deploy-ingresses": written("networking.k8s.io/v1", "Ingress", {
    spec: { defaultBackend: { service: { name: NAME, port: { number: 80 } } } },
  }),
  "deploy-httproutes": written("gateway.networking.k8s.io/v1", "HTTPRoute", {
    spec: { parentRefs: [{ name: NAME }], hostnames: [HOST] },
  }),
  "deploy-rollouts": written("argoproj.io/v1alpha1", "Rollout", {
    spec: {
      selector: { matchLabels: { [NAME]: NAME } },
      strategy: { canary: { steps: [{ experiment: { templates: [] } }] } },
      template: { metadata: { labels: { [NAME]: NAME } }, spec: endingPod() },
    },
  }),
  "deploy-analyses": written("argoproj.io/v1alpha1", "AnalysisTemplate", {
    spec: {
      metrics: [
        { name: NAME, provider: { prometheus: { address: `http://${HOST}`, query: "up" } } },
      ],
    },
  }),
  "deploy-traefikservices": written("traefik.io/v1alpha1", "TraefikService", {
    spec: { weighted: { services: [{ name: "api@internal", kind: "TraefikService" }] } },
  }),
  "deploy-podmonitors": written("monitoring.coreos.com/v1", "PodMonitor", {
    spec: { selector: {}, podMetricsEndpoints: [{ port: NAME, proxyUrl: `http://${HOST}` }] },
  }),
  "deploy-prometheusrules": written("monitoring.coreos.com/v1", "PrometheusRule", {
    spec: { groups: [{ name: NAME, rules: [{ record: "up", expr: "vector(1)" }] }] },
  }),
  "deploy-sealedsecrets": written("bitnami.com/v1alpha1", "SealedSecret", {
    spec: { encryptedData: {}, template: { type: "Opaque" } },
  }),
  kept: (scene) =>
    lanesOf(scene, "deploy").map(({ namespace }) => ({
      account: { namespace, name: AGENT },
      verb: "patch",
      apiVersion: "networking.k8s.io/v1",
      resource: "networkpolicies",
      namespace: scene.home,
      name: POOL,
    })),
  "deploy-externalsecrets": written("external-secrets.io/v1", "ExternalSecret", {
    spec: { secretStoreRef: { name: NAME }, data: [], target: {} },
  }),
};

/**
 * The policies of a plan, each with what must be in the cluster and what it must refuse. What the account has no right to is not tried:
 * the refusal would be no policy's.
 */
export function provedPolicies(plan: LanePlan): ProvedPolicy[] {
  return [...plan.policies, ...plan.admissions].map(({ policy, binding }) => {
    const { name } = policy.metadata;
    const acts = ACTS[name.slice(plan.prefix.length + 1)]?.(plan) ?? [];
    const refuses = acts.filter((act) => isAllowed(plan, act));
    return { name, policy: policy.spec, binding: binding.spec, refuses };
  });
}

function isAllowed({ accounts }: Scene, act: RefusedAct): boolean {
  const { account, namespace } = act;
  const own = accounts.find((each) => {
    return each.namespace === account.namespace && each.name === account.name;
  });
  // Who may connect is found by this right.
  return (
    act.verb === "connect" ||
    own?.rights.some(
      ({ verb, resource, subresource, name, ...right }) =>
        right.namespace === namespace &&
        verb === act.verb &&
        resource === act.resource &&
        subresource === undefined &&
        name === undefined,
    ) === true
  );
}

function lanesOf({ lanes }: Pick<Scene, "lanes">, name: LaneName) {
  return lanes.flatMap(({ lane }) => (lane.name === name ? [lane] : []));
}

/** As the launcher of a lane, in it: a pod that its policies admit, except for this. */
function pod({ namespace }: { readonly namespace: string }, change: object): RefusedAct {
  return {
    account: { namespace, name: LAUNCHER },
    verb: "create",
    apiVersion: "v1",
    resource: "pods",
    namespace,
    object: {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { namespace, name: NAME },
      spec: { ...podSpec(), serviceAccountName: AGENT, ...change },
    },
  };
}

/** Of the level `restricted`, with an image that cannot change. */
function podSpec() {
  const securityContext = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  };
  const image = `registry.invalid/${NAME}@sha256:${"0".repeat(64)}`;
  return {
    securityContext: { runAsNonRoot: true, runAsUser: 1000 },
    containers: [{ name: "jnlp", image, securityContext }],
  };
}

function endingPod() {
  return {
    ...podSpec(),
    restartPolicy: "Never",
    serviceAccountName: "default",
    automountServiceAccountToken: false,
  };
}

/** What delivers a service, with pods of an account that is not theirs. */
function delivering(more: object): Content {
  return {
    spec: {
      selector: { matchLabels: { app: NAME } },
      ...more,
      template: {
        metadata: { labels: { app: NAME } },
        spec: { ...podSpec(), serviceAccountName: "default", automountServiceAccountToken: false },
      },
    },
  };
}

/** What an object has beside its kind and name. */
interface Content {
  readonly metadata?: object;
  readonly [field: string]: unknown;
}

/** As the agent of the deploy lane, in the services' namespace: an object. */
function written(apiVersion: string, kind: string, content: Content) {
  const [right] = rightsToKind({ apiVersion, kind }, ["create"]);
  return ({ home: namespace, lanes }: Scene): RefusedAct[] =>
    lanesOf({ lanes }, "deploy").map((lane) => ({
      account: { namespace: lane.namespace, name: AGENT },
      verb: "create",
      apiVersion,
      resource: right?.resource ?? "",
      namespace,
      object: {
        apiVersion,
        kind,
        ...content,
        metadata: { ...content.metadata, namespace, name: NAME },
      },
    }));
}

/** As an agent, through the API server: the Service that it may reach, by a path that is nobody's. */
function reach({ accounts }: Scene, { namespace }: { readonly namespace: string }): RefusedAct[] {
  const agent = accounts.find((each) => each.namespace === namespace && each.name === AGENT);
  const proxy = agent?.rights.find(
    ({ verb, subresource }) => verb === "create" && subresource === "proxy",
  );
  return proxy?.name === undefined || proxy.namespace === undefined
    ? []
    : [
        {
          account: { namespace, name: AGENT },
          verb: "connect",
          namespace: proxy.namespace,
          name: proxy.name,
        },
      ];
}
