import { COMPONENTS, RESOURCES } from "../../contract/tokens.ts";

/** What an entry of a type is, and so what is checked of it. */
export type Made =
  /** The stack itself. */
  | "stack"
  /** A group of resources. */
  | "component"
  | "provider"
  /** Another stack, whose outputs are read. */
  | "reference"
  /** What creates no object of Kubernetes. */
  | "other"
  /** A namespace that the stack creates. */
  | "namespace"
  /** What is in the services' namespace. */
  | "service"
  /** What a team's own manifests describe: in the services' namespace, or outside of it if the settings name it. */
  | "manifest"
  /** What is where a credential belongs. */
  | "credential"
  /** What is in a lane's namespace, the namespace included. */
  | "lane"
  /** What is in a namespace of a pool of trials and bounds them, the namespace included. */
  | "pool"
  /** What gives a lane its rights in a namespace. */
  | "role"
  /** What a lane has outside of namespaces. */
  | "cluster-role"
  | "policy";

const CREDENTIAL = COMPONENTS.Credential;
const RELEASE = COMPONENTS.Release;
const JENKINS = COMPONENTS.JenkinsAccess;
const IMAGE = `${RELEASE}$${COMPONENTS.Image}`;
const WORKLOAD = `${RELEASE}$${COMPONENTS.Workload}`;
const MANIFESTS = [RELEASE, COMPONENTS.Extra].map((each) => `${each}$${COMPONENTS.Manifests}`);
const LANE = `${JENKINS}$${COMPONENTS.Lane}`;
const TRIALS = COMPONENTS.TrialPool;
const POLICY = `${COMPONENTS.Policy}$kubernetes:admissionregistration.k8s.io/v1:`;
const RBAC = `${JENKINS}$kubernetes:rbac.authorization.k8s.io/v1:`;
const ADMISSION = `${JENKINS}$kubernetes:admissionregistration.k8s.io/v1:`;

/**
 * Everything that the program registers, by the types of its parents and its own, as they are in a URN. A state with
 * any other type was not written by it.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/resources/names/#urns
 */
export const MADE: ReadonlyMap<string, Made> = new Map<string, Made>([
  ["pulumi:pulumi:Stack", "stack"],
  ["pulumi:providers:docker", "provider"],
  ["pulumi:providers:kubernetes", "provider"],
  ["pulumi:providers:pulumi", "provider"],
  ["pulumi:providers:random", "provider"],
  ["pulumi:providers:slipway", "provider"],
  ["pulumi:pulumi:StackReference", "reference"],
  [`${CREDENTIAL}$pulumi:pulumi:StackReference`, "reference"],
  ["kubernetes:core/v1:Namespace", "namespace"],
  [COMPONENTS.ExistingNamespace, "component"],
  [RESOURCES.LaneGuard, "service"],
  [CREDENTIAL, "component"],
  [`${CREDENTIAL}$random:index/randomPassword:RandomPassword`, "other"],
  [`${CREDENTIAL}$${RESOURCES.SealedValues}`, "credential"],
  [`${CREDENTIAL}$${RESOURCES.SecretReadiness}`, "credential"],
  [`${CREDENTIAL}$${RESOURCES.ExternalSecretReadiness}`, "credential"],
  [`${CREDENTIAL}$kubernetes:bitnami.com/v1alpha1:SealedSecret`, "credential"],
  [`${CREDENTIAL}$kubernetes:external-secrets.io/v1:ExternalSecret`, "credential"],
  [RELEASE, "component"],
  [IMAGE, "component"],
  [`${IMAGE}$docker:index/image:Image`, "other"],
  [`${IMAGE}$${RESOURCES.ImageBuild}`, "other"],
  [`${IMAGE}$${RESOURCES.ImageCopy}`, "other"],
  [WORKLOAD, "component"],
  [`${WORKLOAD}$kubernetes:apps/v1:DaemonSet`, "service"],
  [`${WORKLOAD}$kubernetes:argoproj.io/v1alpha1:AnalysisTemplate`, "service"],
  [`${WORKLOAD}$kubernetes:argoproj.io/v1alpha1:Rollout`, "service"],
  [`${WORKLOAD}$kubernetes:apps/v1:Deployment`, "service"],
  [`${WORKLOAD}$kubernetes:apps/v1:StatefulSet`, "service"],
  [`${WORKLOAD}$kubernetes:autoscaling/v2:HorizontalPodAutoscaler`, "service"],
  [`${WORKLOAD}$kubernetes:batch/v1:CronJob`, "service"],
  [`${WORKLOAD}$kubernetes:core/v1:ConfigMap`, "service"],
  [`${WORKLOAD}$kubernetes:core/v1:PersistentVolumeClaim`, "service"],
  [`${WORKLOAD}$kubernetes:core/v1:Service`, "service"],
  [`${WORKLOAD}$kubernetes:core/v1:ServiceAccount`, "service"],
  [`${WORKLOAD}$kubernetes:gateway.networking.k8s.io/v1:HTTPRoute`, "service"],
  [`${WORKLOAD}$kubernetes:monitoring.coreos.com/v1:PodMonitor`, "service"],
  [`${WORKLOAD}$kubernetes:monitoring.coreos.com/v1:PrometheusRule`, "service"],
  [`${WORKLOAD}$kubernetes:networking.k8s.io/v1:Ingress`, "service"],
  [`${WORKLOAD}$kubernetes:networking.k8s.io/v1:NetworkPolicy`, "service"],
  [`${WORKLOAD}$kubernetes:policy/v1:PodDisruptionBudget`, "service"],
  [`${WORKLOAD}$kubernetes:traefik.io/v1alpha1:TraefikService`, "service"],
  [`${RELEASE}$${RESOURCES.MemberProof}`, "service"],
  [`${WORKLOAD}$${RESOURCES.Migration}`, "service"],
  [`${RELEASE}$${RESOURCES.Readiness}`, "service"],
  [`${RELEASE}$kubernetes:monitoring.coreos.com/v1:PrometheusRule`, "service"],
  [COMPONENTS.Extra, "component"],
  ...MANIFESTS.flatMap((each): [string, Made][] => [
    [each, "component"],
    [`${each}$${RESOURCES.ObjectReadiness}`, "manifest"],
    [`${each}$${RESOURCES.Readiness}`, "service"],
  ]),
  [COMPONENTS.Policy, "component"],
  [`${POLICY}ValidatingAdmissionPolicy`, "policy"],
  [`${POLICY}ValidatingAdmissionPolicyBinding`, "policy"],
  [JENKINS, "component"],
  [`${JENKINS}$${RESOURCES.AccessProof}`, "other"],
  [`${JENKINS}$${RESOURCES.LaneGuard}`, "service"],
  [`${ADMISSION}ValidatingAdmissionPolicy`, "policy"],
  [`${ADMISSION}ValidatingAdmissionPolicyBinding`, "policy"],
  [`${RBAC}ClusterRole`, "cluster-role"],
  [`${RBAC}ClusterRoleBinding`, "cluster-role"],
  [`${RBAC}Role`, "role"],
  [`${RBAC}RoleBinding`, "role"],
  [TRIALS, "component"],
  [`${TRIALS}$kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy`, "policy"],
  [
    `${TRIALS}$kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding`,
    "policy",
  ],
  [`${TRIALS}$kubernetes:core/v1:LimitRange`, "pool"],
  [`${TRIALS}$kubernetes:core/v1:Namespace`, "pool"],
  [`${TRIALS}$kubernetes:core/v1:ResourceQuota`, "pool"],
  [`${TRIALS}$kubernetes:networking.k8s.io/v1:NetworkPolicy`, "pool"],
  [LANE, "component"],
  [`${LANE}$kubernetes:core/v1:LimitRange`, "lane"],
  [`${LANE}$kubernetes:core/v1:Namespace`, "lane"],
  [`${LANE}$kubernetes:core/v1:ResourceQuota`, "lane"],
  [`${LANE}$kubernetes:core/v1:Secret`, "lane"],
  [`${LANE}$kubernetes:core/v1:ServiceAccount`, "lane"],
  [`${LANE}$kubernetes:networking.k8s.io/v1:NetworkPolicy`, "lane"],
]);

/** An object of any kind, which manifests may describe. */
const OBJECT = /^kubernetes:[\w./-]{1,200}:[A-Z]\w{0,62}$/;

/**
 * What an entry is, undefined if the program registers none such.
 *
 * @param qualified the types of its parents and its own
 */
export function madeOf(qualified: string): Made | undefined {
  const last = qualified.lastIndexOf("$");
  const isObject = OBJECT.test(qualified.slice(last + 1));
  return isObject && MANIFESTS.includes(qualified.slice(0, last))
    ? "manifest"
    : MADE.get(qualified);
}

/** What a lane of the deploy lane's rights may not write: a second entry for one, or one to be deleted, is a way to delete it. */
const GUARDED: ReadonlySet<Made> = new Set([
  "namespace",
  "lane",
  "pool",
  "role",
  "cluster-role",
  "policy",
]);

/** Whether only an administrator may change what an entry stands for. */
export function isGuarded(made: Made): boolean {
  return GUARDED.has(made);
}
