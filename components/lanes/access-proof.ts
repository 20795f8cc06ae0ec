import * as pulumi from "@pulumi/pulumi";

import type {
  AccessFault,
  AccessProofInputs,
  IdentityAccess,
  PolicyFault,
  Rights,
} from "../../contract/access-proof.ts";
import type { Right } from "../../rights.ts";
import type { SlipwayResourceOptions } from "../slipway-provider.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import type { Inputs } from "../inputs.ts";

/** An identity, what it must be allowed to do, and what it must not. */
export type AccessProofIdentity = IdentityAccess;

/** Arguments of an {@link AccessProof}. */
export type AccessProofArgs = Inputs<AccessProofInputs>;

/**
 * Proves that identities may do what they are for and nothing that is forbidden, by asking the API server; and that policies
 * refuse what rights alone would allow, by trying it as these identities. It changes nothing in the cluster: what is
 * tried is a dry run, or patches nothing. It depends on the roles, bindings, policies and accounts; whatever needs the proof
 * depends on it.
 *
 * A right that is missing, or one too many, and a policy that is not in force fail the `up` with a table of all of them. The
 * failure stays in the stack's state: the next `up` asks again. `pulumi refresh` asks again, too, and reports a change.
 * A `preview` or `up` without a change looks at the policies only.
 *
 * Asking needs `create` on `subjectaccessreviews.authorization.k8s.io`; policies need `get` and `patch` on them and on their
 * bindings, and `create` on `serviceaccounts/token` of the accounts. An administrator has these; an identity without them
 * keeps the last result: a refresh says so. With a token of an account its rights take a request for each namespace,
 * without one a request for each right.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
 */
export class AccessProof extends pulumi.CustomResource {
  /** Whether all rights and policies are as they should be. */
  declare readonly proved: pulumi.Output<boolean>;
  /** How many rights were found allowed, as they should be. */
  declare readonly allowed: pulumi.Output<number>;
  /** How many acts were found denied, as they should be. */
  declare readonly denied: pulumi.Output<number>;
  /** How many acts were tried and refused by the policy that is for it. */
  declare readonly refused: pulumi.Output<number>;
  /** The rights that are not as they should be; empty except after a refresh. */
  declare readonly faults: pulumi.Output<readonly AccessFault[]>;
  /** The policies that are not as they should be; empty except after a refresh. */
  declare readonly policyFaults: pulumi.Output<readonly PolicyFault[]>;
  /** When the API server was asked last, ISO 8601. */
  declare readonly provedAt: pulumi.Output<string>;
  /** `sha256:<64 hex>` over what was asked then. */
  declare readonly askedHash: pulumi.Output<string>;

  constructor(
    name: string,
    { identities, policies, manifestHash }: AccessProofArgs,
    opts: SlipwayResourceOptions,
  ) {
    const plain = pulumi.output(identities).apply((all) => all.map(plainIdentity));
    const inputs = { identities: plain, policies, manifestHash };
    const counts = { proved: undefined, allowed: undefined, denied: undefined, refused: undefined };
    const faults = { faults: undefined, policyFaults: undefined };
    const outputs = { ...counts, ...faults, provedAt: undefined, askedHash: undefined };
    super(RESOURCES.AccessProof, name, { ...outputs, ...inputs }, opts);
  }
}

function plainIdentity({ user, groups, needed, forbidden }: IdentityAccess): IdentityAccess {
  return {
    user,
    ...(groups !== undefined && { groups }),
    needed: plainRights(needed),
    forbidden: plainRights(forbidden),
  };
}

/** A table of rights without what it repeats: the state keeps all of them. */
function plainRights(rights: readonly Rights[]): Rights[] {
  const single = rights.filter((each) => "verb" in each).map(entryOf);
  const merged = FIELDS.reduce(mergedBy, single);
  return [
    ...rights.filter((each) => "verbs" in each),
    ...merged.map(({ namespaces, ...entry }) => ({
      ...entry,
      ...(namespaces.length > 0 && { namespaces }),
    })),
  ];
}

/** What entries are merged by, in this order. */
const FIELDS = ["verbs", "resources", "namespaces"] as const;

/** Only what is asked is kept: new words for a right's purpose are not a change. */
function entryOf({ verb, group, resource, subresource, name, namespace }: Right) {
  return {
    verbs: [verb],
    group,
    resources: [subresource === undefined ? resource : `${resource}/${subresource}`],
    ...(name !== undefined && { name }),
    namespaces: namespace === undefined ? [] : [namespace],
  };
}

type Entry = ReturnType<typeof entryOf>;

/** Entries that differ in this field alone are one; what is in no namespace stays by itself. */
function mergedBy(entries: readonly Entry[], field: (typeof FIELDS)[number]): Entry[] {
  const same = Map.groupBy(entries, (entry) =>
    JSON.stringify({ ...entry, [field]: entry[field].length > 0 }),
  );
  return [...same.values()].flatMap((group) => {
    const [first] = group;
    const values = [...new Set<string>(group.flatMap((entry) => entry[field]))];
    return first === undefined ? [] : { ...first, [field]: values };
  });
}
