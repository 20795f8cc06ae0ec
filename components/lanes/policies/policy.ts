import type * as k8s from "@pulumi/kubernetes";

import { laneMetadata } from "../objects.ts";

/** A demand on an object, and what the API server says if it is not met. */
export interface Validation {
  readonly expression: string;
  readonly message: string;
}

/** What a policy matches, and what it requires. */
export interface Rules {
  readonly resourceRules: k8s.types.input.admissionregistration.v1.NamedRuleWithOperations[];
  /** @default - all of the cluster */
  readonly namespaces?: readonly string[];
  /**
   * Names of the users whose requests it looks at.
   * @default - everybody
   */
  readonly users?: readonly string[];
  /** Expressions by the name that others refer to them by. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly validations: readonly Validation[];
}

const API = { apiVersion: "admissionregistration.k8s.io/v1" } as const;

/**
 * A policy and the binding that puts it in force.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
export function policyManifest(name: string, rules: Rules) {
  const { resourceRules, namespaces, users, variables, validations } = rules;
  const metadata = laneMetadata(name, {});
  return {
    policy: {
      ...API,
      kind: "ValidatingAdmissionPolicy",
      metadata,
      spec: {
        failurePolicy: "Fail",
        matchConstraints: { resourceRules },
        ...(users !== undefined && { matchConditions: [byUser(users)] }),
        ...(variables !== undefined && { variables: named(variables) }),
        validations: [...validations],
      },
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

/** A value as an expression has it: strings, numbers, lists and mappings are written as in JSON. */
export function literal(value: unknown): string {
  return JSON.stringify(value);
}

function byUser(users: readonly string[]) {
  return { name: "user", expression: `request.userInfo.username in ${literal(users)}` };
}

function named(variables: Readonly<Record<string, string>>) {
  return Object.entries(variables).map(([name, expression]) => ({ name, expression }));
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
