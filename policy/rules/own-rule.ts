import { faultIf, literal } from "./cel.ts";
import type { KindName } from "./kinds.ts";
import type { Rule } from "./rule.ts";

/** A rule that a team adds in its settings. */
export interface OwnRule {
  readonly kinds: readonly KindName[];
  /**
   * An expression of CEL that is true for an object that meets it, as in a ValidatingAdmissionPolicy: it sees `object`, and
   * `variables.pod`, `variables.containers` and `variables.labels` of what has pods.
   */
  readonly check: string;
  /** What is said of an object that does not meet it. */
  readonly message: string;
}

/** What objects of the kinds say themselves; their status and their versions are the API server's. */
const SAID = [
  ...["spec", "metadata.?labels", "metadata.?annotations"],
  ...["data", "binaryData", "stringData", "immutable", "type"],
  ...["rules", "aggregationRule", "roleRef", "subjects"],
  ...["automountServiceAccountToken", "secrets", "imagePullSecrets"],
];

/** Makes an entry of the table of it. What has not changed may stay. */
export function ruleOf(name: string, { kinds, check, message }: OwnRule): Rule {
  const unchanged = SAID.map(
    (field) => `object.?${field}.orValue({}) == oldObject.?${field}.orValue({})`,
  ).join(" && ");
  return {
    name,
    says: message,
    remedy: message,
    kinds,
    knowsBefore: true,
    // A comment at the end of the check must not swallow what comes after it.
    faults: () =>
      faultIf(`!(oldObject != null && ${unchanged}) && !(${check}\n)`, literal(message)),
  };
}
