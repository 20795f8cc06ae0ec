import type * as k8s from "@pulumi/kubernetes";

import { AGENT, type Lane, userName } from "./definition.ts";
import { laneMetadata } from "./objects.ts";

/** What a policy matches, and what it requires. */
interface Rules {
  readonly resourceRules: k8s.types.input.admissionregistration.v1.NamedRuleWithOperations[];
  readonly namespaces?: readonly string[];
  readonly matchConditions?: { name: string; expression: string }[];
  readonly variables?: { name: string; expression: string }[];
  readonly validations: { expression: string; message: string }[];
}

const API = { apiVersion: "admissionregistration.k8s.io/v1" } as const;
const PODS = [
  {
    apiGroups: [""],
    apiVersions: ["v1"],
    operations: ["CREATE", "UPDATE"],
    resources: ["pods", "pods/ephemeralcontainers"],
  },
];
/** The containers of a pod, by the list they are in; those of the first one are always there. */
const CONTAINERS = {
  container: "object.spec.containers",
  "init container": "object.spec.?initContainers.orValue([])",
  "ephemeral container": "object.spec.?ephemeralContainers.orValue([])",
};

/** Name of the container that rootless BuildKit runs in. */
const BUILDER = "buildkit";

/**
 * The policies for what rights alone cannot limit: each with the binding that puts it in force.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export function policyManifests(prefix: string, lanes: readonly Lane[]) {
  const preview = lanes.find(({ name }) => name === "preview");
  const build = lanes.find(({ name }) => name === "build");
  return [
    podPolicy(prefix, lanes),
    ...(preview === undefined ? [] : [dryRunPolicy(prefix, preview)]),
    ...(build === undefined ? [] : [buildPolicy(prefix, build)]),
  ];
}

/** Pods of a lane run as its agent, whatever the pod template of a Jenkinsfile requests, and only images that cannot change. */
function podPolicy(prefix: string, lanes: readonly Lane[]) {
  return policy(`${prefix}-pods`, {
    resourceRules: PODS,
    namespaces: lanes.map(({ namespace }) => namespace),
    validations: [
      {
        expression: `object.spec.serviceAccountName == "${AGENT}"`,
        message: `pods of a lane of Jenkins run as the account ${AGENT}; set serviceAccountName to it`,
      },
      ...Object.entries(CONTAINERS).map(([kind, list]) => ({
        expression: `${list}.all(c, c.image.matches("@sha256:[0-9a-f]{64}$"))`,
        message: `an image of each ${kind} of a lane of Jenkins must be pinned as repository@sha256:<64 hex digits>`,
      })),
    ],
  });
}

/** The preview lane may only do dry runs: rights do not distinguish them from writes. */
function dryRunPolicy(prefix: string, { namespace }: Lane) {
  return policy(`${prefix}-dry-run`, {
    resourceRules: [
      {
        apiGroups: ["*"],
        apiVersions: ["*"],
        operations: ["CREATE", "UPDATE", "DELETE"],
        resources: ["*/*"],
      },
    ],
    matchConditions: [
      {
        name: "preview-lane",
        expression: `request.userInfo.username == "${userName(namespace, AGENT)}"`,
      },
    ],
    validations: [
      {
        expression: "has(request.dryRun) && request.dryRun",
        message:
          "the preview lane of Jenkins may only ask what would happen (dryRun=All); deliver from the deploy lane",
      },
    ],
  });
}

/**
 * Requires the `restricted` level of the build lane, except what rootless BuildKit needs, in the container {@link BUILDER}
 * alone: no seccomp and AppArmor profile (user namespaces, mounts), and programs that gain privileges (newuidmap).
 * Neither root nor a capability, a device, a port or a folder of the node is among it.
 *
 * @see https://github.com/moby/buildkit/blob/master/docs/rootless.md
 */
function buildPolicy(prefix: string, { namespace }: Lane) {
  const containers = Object.entries(CONTAINERS).flatMap(([kind, list]) =>
    CONTAINER_RULES.map(({ expression, message }) => ({
      expression: `${list}.all(c, ${expression})`,
      message: `a pod of the build lane of Jenkins must have no ${kind} ${message}`,
    })),
  );
  return policy(`${prefix}-build`, {
    resourceRules: PODS,
    namespaces: [namespace],
    variables: POD_DEFAULTS,
    validations: [
      {
        expression: ["hostNetwork", "hostPID", "hostIPC"]
          .map((key) => `!object.spec.?${key}.orValue(false)`)
          .join(" && "),
        message: "a pod of the build lane of Jenkins must not share a namespace of the node",
      },
      {
        expression: `object.spec.?volumes.orValue([]).all(v, ${VOLUMES.map((key) => `has(v.${key})`).join(" || ")})`,
        message: `a pod of the build lane of Jenkins may mount only ${VOLUMES.join(", ")}`,
      },
      ...containers,
    ],
  });
}

const VOLUMES = ["configMap", "downwardAPI", "emptyDir", "projected", "secret"];

const ofPod = (path: string, otherwise: string): string =>
  `object.spec.?securityContext.${path}.orValue(${otherwise})`;
const ofContainer = (path: string, otherwise: string): string =>
  `c.?securityContext.${path}.orValue(${otherwise})`;

/** What a container has that says nothing itself. */
const POD_DEFAULTS = [
  { name: "seccomp", expression: ofPod("?seccompProfile.?type", '""') },
  { name: "apparmor", expression: ofPod("?appArmorProfile.?type", '""') },
  { name: "nonRoot", expression: ofPod("?runAsNonRoot", "false") },
  { name: "user", expression: ofPod("?runAsUser", "-1") },
];

const exceptBuilder = (demand: string): string => `c.name == "${BUILDER}" || (${demand})`;

/** What each container must meet, and the message if it does not. */
const CONTAINER_RULES = [
  { expression: `!${ofContainer("?privileged", "false")}`, message: "that is privileged" },
  {
    expression: `${ofContainer("?capabilities.?add", "[]")}.size() == 0`,
    message: "with added capabilities",
  },
  {
    expression: "c.?ports.orValue([]).all(p, p.?hostPort.orValue(0) == 0)",
    message: "with a port of the node",
  },
  {
    expression: `${ofContainer("?procMount", '"Default"')} == "Default"`,
    message: "with a procMount of its own",
  },
  {
    expression: `${ofContainer("?runAsNonRoot", "variables.nonRoot")} && ${ofContainer("?runAsUser", "variables.user")} != 0`,
    message: "that may run as root (runAsNonRoot: true)",
  },
  {
    expression: exceptBuilder(
      `!${ofContainer("?allowPrivilegeEscalation", "true")} && "ALL" in ${ofContainer("?capabilities.?drop", "[]")}`,
    ),
    message: `but ${BUILDER} that may gain privileges (allowPrivilegeEscalation: false, capabilities.drop: [ALL])`,
  },
  {
    expression: exceptBuilder(
      `${ofContainer("?seccompProfile.?type", "variables.seccomp")} in ["RuntimeDefault", "Localhost"]`,
    ),
    message: `but ${BUILDER} without a seccomp profile (seccompProfile.type: RuntimeDefault)`,
  },
  {
    expression: exceptBuilder(
      `${ofContainer("?appArmorProfile.?type", "variables.apparmor")} != "Unconfined"`,
    ),
    message: `but ${BUILDER} without an AppArmor profile`,
  },
];

function policy(name: string, rules: Rules) {
  const { resourceRules, namespaces, ...demands } = rules;
  const metadata = laneMetadata(name, {});
  return {
    policy: {
      ...API,
      kind: "ValidatingAdmissionPolicy",
      metadata,
      spec: { failurePolicy: "Fail", matchConstraints: { resourceRules }, ...demands },
    } satisfies k8s.types.input.admissionregistration.v1.ValidatingAdmissionPolicy,
    binding: {
      ...API,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata,
      spec: {
        policyName: name,
        validationActions: ["Deny"],
        ...(namespaces !== undefined && { matchResources: within(namespaces) }),
      },
    } satisfies k8s.types.input.admissionregistration.v1.ValidatingAdmissionPolicyBinding,
  };
}

function within(namespaces: readonly string[]) {
  return {
    namespaceSelector: {
      matchExpressions: [
        { key: "kubernetes.io/metadata.name", operator: "In", values: [...namespaces] },
      ],
    },
  };
}
