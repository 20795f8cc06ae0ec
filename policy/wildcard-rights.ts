import type { ResourceValidationPolicy } from "@pulumi/policy";

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

const FIELDS = ["apiGroups", "resources", "verbs", "nonResourceURLs"] as const;

/**
 * Forbids rules with a wildcard: they also allow kinds and verbs that the cluster gets later.
 *
 * @see https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege
 */
export const noWildcardRights: ResourceValidationPolicy = {
  name: "no-wildcard-rights",
  description: "A rule of a Role or ClusterRole names what it allows.",
  validateResource: ({ type, name, props }, report) => {
    if (!/^kubernetes:rbac\.authorization\.k8s\.io\/v1:(Cluster)?Role$/.test(type)) {
      return;
    }
    const rules = (props["rules"] ?? []) as readonly Rule[];
    for (const [index, rule] of rules.entries()) {
      for (const field of FIELDS) {
        if (rule[field]?.some((value) => value.includes("*"))) {
          report(
            `${type.split(":").at(-1) ?? ""} ${name}: rules[${index}].${field}: got "*"; allowed: names`,
          );
        }
      }
    }
  },
};
