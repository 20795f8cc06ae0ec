import type {
  AccessFault,
  AccessProofOutputs,
  IdentityAccess,
  Rights,
} from "../../contract/access-proof.ts";
import type { Right } from "../../rights.ts";
import { review, type User } from "../cluster/access-review.ts";
import type { Api } from "../cluster/api.ts";
import { lastingFaults } from "./lasting.ts";

/** Roles and bindings that were just written take a moment to reach the authorizer. */
const PATIENCE_MILLISECONDS = 3000;

const AUTHENTICATED = "system:authenticated";
const ACCOUNTS = "system:serviceaccounts";
const ACCOUNT = /^system:serviceaccount:([^:]+):[^:]+$/;

/** What was found of a number of rights. */
export type Found = Pick<AccessProofOutputs, "allowed" | "denied" | "faults">;

/** What must be so of one right. */
interface Claim {
  readonly user: User;
  readonly right: Right;
  readonly wanted: AccessFault["wanted"];
}

/**
 * Asks the API server whether each identity has what it needs, and nothing that is forbidden.
 * @param options.patient whether what is refuted is asked again for a while: roles may just have been written
 * @throws `ApiError` for a refusal, the network's error if there is no answer
 */
export async function ask(
  api: Api,
  identities: readonly IdentityAccess[],
  { patient }: { readonly patient: boolean },
  signal: AbortSignal,
): Promise<Found> {
  const claims = identities.flatMap(claimsOf);
  const patience = patient ? PATIENCE_MILLISECONDS : 0;
  const faultOf = async ({ user, right, wanted }: Claim): Promise<AccessFault | undefined> => {
    const { allowed, reason = "" } = await review(api, right, signal, user);
    return allowed === (wanted === "allowed")
      ? undefined
      : { user: user.user, right, wanted, ...(reason !== "" && { reason }) };
  };
  const refuted = await lastingFaults(claims, faultOf, patience, signal);
  const count = (wanted: Claim["wanted"]) =>
    claims.filter((claim) => claim.wanted === wanted && !refuted.has(claim)).length;
  return { allowed: count("allowed"), denied: count("denied"), faults: [...refuted.values()] };
}

function claimsOf(identity: IdentityAccess): Claim[] {
  const user = { user: identity.user, groups: groupsOf(identity) };
  const claims = (rights: readonly Rights[], wanted: Claim["wanted"]): Claim[] =>
    rights.flatMap(single).map((right) => ({ user, right, wanted }));
  return [...claims(identity.needed, "allowed"), ...claims(identity.forbidden, "denied")];
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
  const [, namespace] = ACCOUNT.exec(user) ?? [];
  const accounts = namespace === undefined ? [] : [ACCOUNTS, `${ACCOUNTS}:${namespace}`];
  return [...new Set([...groups, ...accounts, AUTHENTICATED])];
}
