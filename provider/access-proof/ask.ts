import { setTimeout as delay } from "node:timers/promises";
import type {
  AccessFault,
  AccessProofOutputs,
  IdentityAccess,
} from "../../contract/access-proof.ts";
import type { Right } from "../../rights.ts";
import { review, type User } from "../cluster/access-review.ts";
import type { Api } from "../cluster/api.ts";
import { atATime } from "../cluster/at-a-time.ts";

/** A review takes the API server a millisecond: a hundred are done in a tenth of a second or two. */
const AT_A_TIME = 8;

/** Roles and bindings that were written a moment ago take a moment to be known to who decides. */
const PATIENCE_MILLISECONDS = 3000;
const PAUSE_MILLISECONDS = 250;

const AUTHENTICATED = "system:authenticated";
const ACCOUNTS = "system:serviceaccounts";
const ACCOUNT = /^system:serviceaccount:([^:]+):[^:]+$/;

/** What was found of a number of rights. */
export type Found = Pick<AccessProofOutputs, "allowed" | "denied" | "faults">;

/** What is to be found of one right. */
interface Claim {
  readonly user: User;
  readonly right: Right;
  readonly wanted: AccessFault["wanted"];
}

/** A claim that was found not to be so. */
interface Refuted {
  readonly claim: Claim;
  readonly fault: AccessFault;
}

/**
 * Asks the API server whether each identity has what it needs, and nothing that is forbidden.
 * @param options.patient what is not so is asked again for a while: roles may just have been written
 * @throws `ApiError` for a refusal, the network's error where there is no answer
 */
export async function ask(
  api: Api,
  identities: readonly IdentityAccess[],
  { patient }: { readonly patient: boolean },
  signal: AbortSignal,
): Promise<Found> {
  const claims = identities.flatMap(claimsOf);
  const end = performance.now() + (patient ? PATIENCE_MILLISECONDS : 0);
  let refuted = await refutedOf(api, claims, signal);
  while (refuted.length > 0 && performance.now() < end) {
    await delay(PAUSE_MILLISECONDS, undefined, { signal });
    const doubtful = refuted.map(({ claim }) => claim);
    refuted = await refutedOf(api, doubtful, signal);
  }
  const count = (wanted: Claim["wanted"]) =>
    claims.filter((claim) => claim.wanted === wanted).length -
    refuted.filter(({ claim }) => claim.wanted === wanted).length;
  return {
    allowed: count("allowed"),
    denied: count("denied"),
    faults: refuted.map(({ fault }) => fault),
  };
}

async function refutedOf(
  api: Api,
  claims: readonly Claim[],
  signal: AbortSignal,
): Promise<Refuted[]> {
  const answers = await atATime(AT_A_TIME, claims, ({ right, user }) =>
    review(api, right, signal, user),
  );
  return claims.flatMap((claim, index) => {
    const { allowed, reason } = answers[index] ?? { allowed: false };
    const { user, right, wanted } = claim;
    const words = reason === undefined || reason === "" ? {} : { reason };
    return allowed === (wanted === "allowed")
      ? []
      : [{ claim, fault: { user: user.user, right, wanted, ...words } }];
  });
}

function claimsOf(identity: IdentityAccess): Claim[] {
  const user = { user: identity.user, groups: groupsOf(identity) };
  return [
    ...identity.needed.map((right) => ({ user, right, wanted: "allowed" as const })),
    ...identity.forbidden.map((right) => ({ user, right, wanted: "denied" as const })),
  ];
}

/**
 * The groups that the API server puts a user in; a review takes them as they are said.
 * @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects
 */
function groupsOf({ user, groups = [] }: IdentityAccess): string[] {
  const [, namespace] = ACCOUNT.exec(user) ?? [];
  const accounts = namespace === undefined ? [] : [ACCOUNTS, `${ACCOUNTS}:${namespace}`];
  return [...new Set([...groups, ...accounts, AUTHENTICATED])];
}
