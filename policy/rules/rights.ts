import { faultIf, literal, quoted, together } from "./cel.ts";
import type { Rule } from "./rule.ts";

const FIELDS = ["apiGroups", "resources", "verbs", "nonResourceURLs"] as const;
const rulesOf = (object: string) => `${object}.?rules.orValue([])`;

/** What a rule is about: one that is added is no old one. */
const ABOUT =
  '(r.?resources.orValue([]) + r.?resourceNames.orValue([]) + r.?nonResourceURLs.orValue([])).join(", ")';

/** A rule with a wildcard also allows kinds and verbs that the cluster gets later. */
export const noWildcardRights: Rule = {
  name: "no-wildcard-rights",
  says: "Every rule of a Role or ClusterRole names what it allows.",
  remedy: "List the groups, resources and verbs that are needed.",
  kinds: ["Role", "ClusterRole"],
  faults: ({ object }) =>
    together(
      FIELDS.map(
        (field) =>
          `${rulesOf(object)}.filter(r, r.?${field}.orValue([]).exists(v, v.contains("*"))).map(r, ${literal(`rules[].${field}: got "*" for `)} + ${ABOUT} + "; allowed: names")`,
      ),
    ),
};

/** Each gives somebody the rights of somebody else. */
const VERBS = ["escalate", "bind", "impersonate"];
const RESOURCES = ["serviceaccounts/token", "nodes/proxy"];
const EVERYBODY = [
  "system:authenticated",
  "system:unauthenticated",
  "system:anonymous",
  "system:serviceaccounts",
];

/** @see https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks */
export const noEscalatingRights: Rule = {
  name: "no-escalating-rights",
  says: "No role lets its holder get more rights, and no binding gives `cluster-admin`, or anything to everybody.",
  remedy: "Grant the rights themselves, to the account that needs them.",
  kinds: ["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"],
  faults: ({ object }) => {
    const named = (field: string, names: readonly string[], allowed: string) =>
      names.map(
        (name) =>
          `${rulesOf(object)}.filter(r, ${literal(name)} in r.?${field}.orValue([])).map(r, ${literal(`rules[].${field}: got "${name}" for `)} + ${ABOUT} + ${literal(`; allowed: ${allowed}`)})`,
      );
    const role = `${object}.?roleRef.?name.orValue("")`;
    return together([
      ...named("verbs", VERBS, "verbs that give no rights of others"),
      ...named("resources", RESOURCES, "resources that give no rights of others"),
      faultIf(
        `${role} == "cluster-admin"`,
        literal('roleRef: got "cluster-admin"; allowed: a role with what is needed'),
      ),
      `${object}.?subjects.orValue([]).filter(s, s.?name.orValue("") in ${literal(EVERYBODY)} && s.?kind.orValue("") != "ServiceAccount").map(s, "subjects[]: got " + ${quoted("s.name")} + ", which is everybody; allowed: those who need it")`,
    ]);
  },
};
