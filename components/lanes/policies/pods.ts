import { hostsOf } from "../../../policy/rules/loose.ts";
import { AGENT, type Lane, LAUNCHER, TOKEN, userName } from "../definition.ts";
import { beginsWith, eachKey } from "./kept.ts";
import { CALLED, CONTAINERS, containersOf, isPinned, PODS, podSecrets } from "./pod-spec.ts";
import { literal, policyManifest, type Validation } from "./policy.ts";

/**
 * Annotations of Jenkins' plugin and of people who look after pods, and those that admission has set by the time that a policy looks:
 * the API server's, and a platform's own.
 */
const ANNOTATIONS = [
  "buildUrl",
  "runUrl",
  "kubernetes.jenkins.io/",
  "kubectl.kubernetes.io/",
  "cluster-autoscaler.kubernetes.io/",
  "sidecar.istio.io/inject",
  "linkerd.io/inject",
  "kubernetes.io/limit-ranger",
  "kubernetes.io/psp",
  "container.apparmor.security.beta.kubernetes.io/",
  "seccomp.security.alpha.kubernetes.io/",
  "container.seccomp.security.alpha.kubernetes.io/",
  "openshift.io/scc",
  "security.openshift.io/validated-scc-subject-type",
  "autopilot.gke.io/resource-adjustment",
  "autopilot.gke.io/warden-version",
];

/**
 * Pods of a lane run as its agent, whatever the pod template of a Jenkinsfile requests, and only images that cannot change. None gets
 * the token of the launcher, which would start pods after the build has ended.
 */
export function podPolicy(name: string, lanes: readonly Lane[]) {
  const users = lanes.flatMap(({ namespace }) =>
    [LAUNCHER, AGENT].map((account) => userName(namespace, account)),
  );
  return policyManifest(name, {
    resourceRules: PODS,
    namespaces: lanes.map(({ namespace }) => namespace),
    variables: { isLane: `request.userInfo.username in ${literal(users)}` },
    validations: [
      {
        expression: `object.spec.serviceAccountName == ${literal(AGENT)}`,
        message: `pods of a lane of Jenkins run as the account ${AGENT}; set serviceAccountName to it`,
      },
      ...CONTAINERS.flatMap((list) => [
        {
          expression: `${containersOf(list)}.all(c, ${isPinned("c.image")})`,
          message: `an image of each ${CALLED[list]} of a lane of Jenkins must be pinned as repository@sha256:<64 hex digits>`,
        },
        {
          expression: `${containersOf(list)}.all(c, ${hostsOf("c")}.size() == 0)`,
          message: `a pod of a lane of Jenkins must have no ${CALLED[list]} with a probe or a lifecycle hook that names a host`,
        },
      ]),
      {
        // Before Kubernetes 1.31 there is no such volume.
        expression: `object.spec.?volumes.orValue([]).all(v, !has(dyn(v).image) || ${isPinned('string(dyn(v).image.?reference.orValue(""))')})`,
        message:
          "spec.volumes[].image: an image of each volume of a lane of Jenkins must be pinned as repository@sha256:<64 hex digits>",
      },
      ...orders(),
      ...podSecrets(
        (secret) => `${secret} != ${literal(TOKEN)}`,
        (field) => `${field}: pods of a lane of Jenkins may not have the Secret ${TOKEN}`,
      ),
    ],
  });
}

/** What a lane may not ask of the cluster. Others write there, too: the scheduler a node, the network what it gave a pod. */
function orders(): Validation[] {
  return [
    {
      expression: `!variables.isLane || ${eachKey("metadata.?annotations", beginsWith(ANNOTATIONS))}`,
      message: `metadata.annotations: those of pods of a lane of Jenkins may begin only with ${ANNOTATIONS.join(", ")}`,
    },
    {
      expression: `!variables.isLane || oldObject != null || object.spec.?nodeName.orValue("") == ""`,
      message: "spec.nodeName: pods of a lane of Jenkins may choose no node past the scheduler",
    },
    {
      expression: `!object.spec.?priorityClassName.orValue("").startsWith("system-")`,
      message:
        "spec.priorityClassName: pods of a lane of Jenkins may have no class of the cluster itself (system-...)",
    },
  ];
}
