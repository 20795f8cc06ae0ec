import type {
  AccessFault,
  AccessProofOutputs,
  IdentityAccess,
} from "../../contract/access-proof.ts";
import { review } from "../cluster/access-review.ts";
import type { Api } from "../cluster/api.ts";
import { atATime } from "../cluster/at-a-time.ts";
import { type Claim, claimsOf } from "./claim.ts";
import { lastingFaults } from "./lasting.ts";
import { shownByRules } from "./shown-by-rules.ts";
import type { Tokens } from "./tokens.ts";

/** Roles and bindings that were just written take a moment to reach the authorizer. */
const PATIENCE_MILLISECONDS = 3000;

/** Each asks for the rules of a handful of namespaces at once. */
const IDENTITIES_AT_A_TIME = 4;

/** What was found of a number of rights. */
export type Found = Pick<AccessProofOutputs, "allowed" | "denied" | "faults">;

/**
 * Asks the API server whether each identity has what it needs, and nothing that is forbidden: for the rules of an account
 * first, and then for a review of each right that these do not settle.
 * @param options.patient whether what is refuted is asked again for a while: roles may just have been written
 * @throws `ApiError` for a refusal, the network's error if there is no answer
 */
export async function ask(
  api: Api,
  identities: readonly IdentityAccess[],
  { patient, tokens }: { readonly patient: boolean; readonly tokens: Tokens },
  signal: AbortSignal,
): Promise<Found> {
  const faultOf = async ({ user, right, wanted }: Claim): Promise<AccessFault | undefined> => {
    const { allowed, reason = "" } = await review(api, right, signal, user);
    return allowed === (wanted === "allowed")
      ? undefined
      : { user: user.user, right, wanted, ...(reason !== "" && { reason }) };
  };
  const isSo = async (claim: Claim): Promise<boolean> => (await faultOf(claim)) === undefined;
  const all = identities.map(claimsOf);
  const shown = await atATime(IDENTITIES_AT_A_TIME, all, (each) =>
    shownByRules(each, tokens, isSo, signal),
  );
  const settled = new Set(shown.flat());
  const claims = all.flatMap((each) => each.claims);
  const open = claims.filter((claim) => !settled.has(claim));
  const patience = patient ? PATIENCE_MILLISECONDS : 0;
  const refuted = await lastingFaults(open, faultOf, patience, signal);
  const count = (wanted: Claim["wanted"]) =>
    claims.filter((claim) => claim.wanted === wanted && !refuted.has(claim)).length;
  return { allowed: count("allowed"), denied: count("denied"), faults: [...refuted.values()] };
}
