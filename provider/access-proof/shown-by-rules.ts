import { gives, type OwnRule, ownRules, touches } from "../cluster/own-rules.ts";
import type { Claim, Claims } from "./claim.ts";
import type { Tokens } from "./tokens.ts";

/** Rules are told for a namespace: those for what is in none are told with those of any. */
const ANY_NAMESPACE = "default";

/**
 * The claims of an identity that the rules of its account show to be so: thousands, by one request for each namespace,
 * with a token of the account. What the rules refute, or leave open, is for reviews to decide.
 *
 * No evaluation is believed by itself: of each namespace one claim of either sort is reviewed as well, and nothing is
 * shown if one of these is not so.
 * @param isSo whether a review finds a claim to be so
 * @returns none if the identity has no token, or the API server does not tell all of its rules
 */
export async function shownByRules(
  { account, claims }: Claims,
  tokens: Tokens,
  isSo: (claim: Claim) => Promise<boolean>,
  signal: AbortSignal,
): Promise<readonly Claim[]> {
  if (account === undefined) {
    return [];
  }
  try {
    const api = await tokens.apiOf(account);
    const places = Map.groupBy(claims, ({ right }) => right.namespace ?? ANY_NAMESPACE);
    const shown = await Promise.all(
      [...places].map(async ([namespace, own]) => {
        const rules = await ownRules(api, namespace, signal);
        return rules === undefined ? [] : own.filter((claim) => isShown(claim, rules));
      }),
    );
    const checked = await Promise.all(shown.flatMap(samplesOf).map(isSo));
    return checked.every(Boolean) ? shown.flat() : [];
  } catch {
    // Whoever asks may have no right to a token, and the account none to ask for itself. Reviews need neither.
    return [];
  }
}

/** What gives a right in one namespace does not give it everywhere; what gives nothing there gives nothing everywhere. */
function isShown({ right, wanted }: Claim, rules: readonly OwnRule[]): boolean {
  return wanted === "denied"
    ? !rules.some((rule) => touches(rule, right))
    : right.namespace !== undefined && rules.some((rule) => gives(rule, right));
}

function samplesOf(claims: readonly Claim[]): Claim[] {
  return (["allowed", "denied"] as const).flatMap((sort) => {
    const sample = claims.find(({ wanted }) => wanted === sort);
    return sample === undefined ? [] : [sample];
  });
}
