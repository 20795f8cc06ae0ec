import type { AccessFault, IdentityAccess, Rights } from "../../contract/access-proof.ts";
import type { Right } from "../../rights.ts";
import type { User } from "../cluster/access-review.ts";
import type { Account } from "./tokens.ts";

const AUTHENTICATED = "system:authenticated";
const ACCOUNTS = "system:serviceaccounts";
/** Its parts become parts of a path. */
const ACCOUNT =
  /^system:serviceaccount:([a-z0-9](?:[a-z0-9-]*[a-z0-9])?):([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)$/;

/** What must be so of one right. */
export interface Claim {
  readonly user: User;
  readonly right: Right;
  readonly wanted: AccessFault["wanted"];
}

/** What must be so of an identity. */
export interface Claims {
  /** The account that it is; undefined if it is no account, or has groups that a token of the account does not give. */
  readonly account: Account | undefined;
  readonly claims: readonly Claim[];
}

/** One claim for each right of an identity. */
export function claimsOf(identity: IdentityAccess): Claims {
  const user = { user: identity.user, groups: groupsOf(identity) };
  const claims = (rights: readonly Rights[], wanted: Claim["wanted"]): Claim[] =>
    rights.flatMap(single).map((right) => ({ user, right, wanted }));
  return {
    account: identity.groups === undefined ? accountOf(identity.user) : undefined,
    claims: [...claims(identity.needed, "allowed"), ...claims(identity.forbidden, "denied")],
  };
}

function single(rights: Rights): Right[] {
  if ("verb" in rights) {
    return [rights];
  }
  const { verbs, group, resources, namespaces, ...named } = rights;
  const places = namespaces?.map((namespace) => ({ namespace })) ?? [{}];
  return places.flatMap((place) =>
    resources.flatMap((path) => {
      const [resource = "", ...rest] = path.split("/");
      const subresource = rest.length > 0 ? { subresource: rest.join("/") } : {};
      return verbs.map((verb) => ({ verb, group, resource, ...subresource, ...named, ...place }));
    }),
  );
}

/**
 * The groups that the API server puts a user in; a review accepts them as given.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects
 */
function groupsOf({ user, groups = [] }: IdentityAccess): string[] {
  const account = accountOf(user);
  const accounts = account === undefined ? [] : [ACCOUNTS, `${ACCOUNTS}:${account.namespace}`];
  return [...new Set([...groups, ...accounts, AUTHENTICATED])];
}

function accountOf(user: string): Account | undefined {
  const [, namespace, name] = ACCOUNT.exec(user) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}
