import type { Manifest } from "../../../testbed/kinds.ts";
import { AT_ONCE, type Case, type Failure } from "../case.ts";

/** Seconds for which what may pass by itself is asked for again. */
const RETRIES = 30;

const denied: Failure = { reason: "admission-denied", from: "pod-refused", within: AT_ONCE };
const deniedInTheEnd: Failure = { ...denied, within: RETRIES + AT_ONCE };
const overQuota: Failure = { reason: "quota-exceeded", from: "pod-refused", within: AT_ONCE };

/** Pods that the API server does not take. */
export const ADMISSION: readonly Case[] = [
  {
    name: "quota-none",
    title: "the namespace's quota allows no pods",
    objects: () => [quota({ pods: "0" })],
    expected: overQuota,
  },
  {
    name: "quota-for-one",
    title: "the namespace's quota allows one of two pods",
    objects: () => [quota({ "requests.memory": "48Mi" })],
    expected: overQuota,
  },
  {
    name: "limit-range",
    title: "the namespace's LimitRange allows no container this much memory",
    objects: () => [
      {
        apiVersion: "v1",
        kind: "LimitRange",
        metadata: { name: "small" },
        spec: { limits: [{ type: "Container", max: { memory: "64Mi" } }] },
      },
    ],
    expected: denied,
  },
  {
    name: "pod-security",
    title: "the namespace's Pod Security level forbids a privileged container",
    fault: () => ({
      container: { securityContext: { privileged: true, allowPrivilegeEscalation: true } },
    }),
    expected: denied,
  },
  {
    name: "admission-policy",
    title: "an admission policy of the cluster refuses the pods",
    objects: (namespace) => refusal(namespace),
    expected: denied,
  },
  {
    name: "webhook-out-of-order",
    title: "an admission webhook does not answer",
    objects: (namespace) => [deadWebhook(namespace)],
    expected: deniedInTheEnd,
  },
  {
    name: "service-account-missing",
    title: "the pods' ServiceAccount does not exist",
    fault: () => ({ pod: { serviceAccountName: "somebody-else" } }),
    expected: deniedInTheEnd,
  },
];

/** A quota of the namespace. */
export function quota(hard: Readonly<Record<string, string>>): Manifest {
  return { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "small" }, spec: { hard } };
}

function refusal(namespace: string): Manifest[] {
  const apiVersion = "admissionregistration.k8s.io/v1";
  const metadata = { name: namespace };
  return [
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicy",
      metadata,
      spec: {
        matchConstraints: { resourceRules: [podsAreMade] },
        validations: [{ expression: "false", message: "no pods on a Saturday" }],
      },
    },
    {
      apiVersion,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata,
      spec: {
        policyName: namespace,
        validationActions: ["Deny"],
        matchResources: { namespaceSelector: only(namespace) },
      },
    },
  ];
}

/** A webhook in whose place nothing listens. */
export function deadWebhook(namespace: string): Manifest {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: namespace },
    webhooks: [
      {
        name: "guard.example.com",
        clientConfig: { url: "https://127.0.0.1:1/" },
        rules: [podsAreMade],
        namespaceSelector: only(namespace),
        failurePolicy: "Fail",
        sideEffects: "None",
        admissionReviewVersions: ["v1"],
      },
    ],
  };
}

const podsAreMade = {
  apiGroups: [""],
  apiVersions: ["v1"],
  operations: ["CREATE"],
  resources: ["pods"],
};

function only(namespace: string) {
  return { matchLabels: { "kubernetes.io/metadata.name": namespace } };
}
