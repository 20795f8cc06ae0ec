import type * as k8s from "@pulumi/kubernetes";

import { literal } from "../../../policy/rules/cel.ts";
import { laneMetadata } from "../objects.ts";

export { literal };

/** A demand on an object, and what the API server says if it is not met. */
export interface Validation {
  readonly expression: string;
  readonly message: string;
  /**
   * An expression of what is said instead.
   * @default - the message
   */
  readonly messageExpression?: string;
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
  /**
   * Expressions by name, all of which must hold of a request that it looks at.
   * @default {}
   */
  readonly conditions?: Readonly<Record<string, string>>;
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
  const { resourceRules, namespaces, users, conditions, variables, validations } = rules;
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
        ...(conditions !== undefined && { matchConditions: named(conditions) }),
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

/** A policy, with the binding that puts it in force. */
export type AdmissionManifests = ReturnType<typeof policyManifest>;

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
