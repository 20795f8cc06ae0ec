import { POLICY_PROBE } from "../../contract/policy-look.ts";
import { allFaults, expressionsOf, type Held } from "../../policy/rules/expressions.ts";
import { type Kind, type KindName, KINDS, OF_CLUSTER } from "../../policy/rules/kinds.ts";
import { type AdmissionManifests, literal, policyManifest } from "../lanes/policies/policy.ts";
import { manifestHash } from "../manifests/hash.ts";

/** Who makes of an object what it says: pods of a template that was looked at, tokens, addresses. */
const SYSTEM_GROUPS = ["system:serviceaccounts:kube-system", "system:nodes"];
const SYSTEM_USERS = [
  "system:apiserver",
  "system:kube-controller-manager",
  "system:kube-scheduler",
];

/**
 * A preview's dry runs, which persist nothing: this policy does not know yet what it is going to allow. And those of the lanes' proof, which
 * tries what their own policies refuse.
 */
const PREVIEW = `request.?dryRun.orValue(false) && object.metadata.name != ${literal(POLICY_PROBE)} && (request.options.?fieldManager.orValue("").matches("^(pulumi|slipway)") || object.metadata.name == "slipway-access-proof")`;

/** A policy of a namespace, and what its refusal of the probe says. */
export interface Admission {
  readonly manifests: AdmissionManifests;
  readonly version: string;
}

/**
 * The policy of a namespace: everybody but the cluster's own controllers is refused there what `up` refuses. What an object had before may
 * stay, so that one which is being deleted is let go; until it is gone, a Service or a Role still works.
 *
 * @see docs/policy.md
 */
export function admissionManifests(namespace: string, held: Held): Admission {
  const { variables, ...faults } = expressionsOf(held, true);
  const rules = {
    resourceRules: resourceRulesOf(held),
    namespaces: [namespace],
    conditions: {
      "not-by-the-system": `!request.userInfo.?groups.orValue([]).exists(g, g in ${literal(SYSTEM_GROUPS)}) && !(request.userInfo.?username.orValue("") in ${literal(SYSTEM_USERS)})`,
      "not-a-preview": `!(${PREVIEW})`,
    },
    variables: { ...variables, all: allFaults({ variables, ...faults }) },
  };
  const version = `policy ${manifestHash(rules)}`;
  const manifests = policyManifest(admissionName(namespace), {
    ...rules,
    validations: [
      {
        expression: `request.kind.kind != "Secret" || object.metadata.name != ${literal(POLICY_PROBE)}`,
        message: version,
      },
      {
        expression: "variables.all.size() == 0",
        message: "it breaks the policy of this namespace; see docs/policy.md of Slipway",
        messageExpression: 'variables.id + ": " + variables.all.join("; ")',
      },
    ],
  });
  return { manifests, version };
}

/** The name of the policy of a namespace: it is in no namespace itself. */
export function admissionName(namespace: string): string {
  return `${namespace}-slipway-policy`;
}

/** All kinds that a rule is about, those of a group together. */
function resourceRulesOf({ rules }: Held) {
  const names = new Set<KindName>(rules.flatMap(({ kinds }) => kinds));
  const kinds: Kind[] = [...names]
    .filter((name) => !OF_CLUSTER.includes(name))
    .map((name) => KINDS[name]);
  const groups = Map.groupBy(kinds, ({ group, version }) => `${group}/${version}`);
  return [...groups.values()].map((same) => ({
    apiGroups: [same[0]?.group ?? ""],
    apiVersions: [same[0]?.version ?? ""],
    operations: ["CREATE", "UPDATE"],
    resources: same.flatMap(({ resource }) =>
      resource === "pods" ? [resource, "pods/ephemeralcontainers"] : [resource],
    ),
  }));
}
