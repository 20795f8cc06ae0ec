import type {
  AccessProofOutputs,
  PolicyFault,
  ProvedPolicy,
  RefusedAct,
} from "../../contract/access-proof.ts";
import type { Api } from "../cluster/api.ts";
import { ApiError, isPassing } from "../cluster/api-error.ts";
import { oneLine } from "../cluster/one-line.ts";
import { lastingFaults } from "./lasting.ts";
import { differenceOf } from "./policy-in-cluster.ts";
import { Tokens } from "./tokens.ts";

/** A policy, its binding and the roles of who tries it take the API server a second or two to see, and its replicas longer. */
const PATIENCE_MILLISECONDS = 15_000;

/** What is shown of an answer. */
const CHARACTERS = 300;

/** The API server's own words, before the message of the policy. A webhook's begin with its own name. */
const REFUSAL =
  /^[^:]{0,500} is forbidden: ValidatingAdmissionPolicy '([^']{1,253})' with binding '([^']{1,253})' denied request: /;

/** What was found of a number of policies. */
export type FoundPolicies = Pick<AccessProofOutputs, "refused" | "policyFaults">;

/** What must be so of a policy. */
interface Claim {
  readonly policy: ProvedPolicy;
  /** What is looked at or tried. */
  readonly tried: string;
  readonly act?: RefusedAct;
  /** What is wrong, undefined if it is so. */
  readonly fault: () => Promise<string | undefined>;
}

/**
 * Finds out whether policies are in the cluster as they should be, and refuse what they must: it is tried with a token of
 * the account that it is about.
 * @param options.patient whether what is refuted is tried again for a while: policies may just have been written
 * @throws `ApiError` for a refusal, the network's error if there is no answer
 */
export async function provePolicies(
  api: Api,
  policies: readonly ProvedPolicy[],
  { patient }: { readonly patient: boolean },
  signal: AbortSignal,
): Promise<FoundPolicies> {
  const tokens = new Tokens(api, signal);
  const claims = policies.flatMap((policy) => claimsOf(api, policy, tokens, signal));
  const patience = patient ? PATIENCE_MILLISECONDS : 0;
  const refuted = await lastingFaults(
    claims,
    async ({ policy, tried, fault }): Promise<PolicyFault | undefined> => {
      const found = await fault();
      return found === undefined ? undefined : { policy: policy.name, tried, found };
    },
    patience,
    signal,
  );
  const acts = claims.filter((claim) => claim.act !== undefined && !refuted.has(claim));
  return { refused: acts.length, policyFaults: [...refuted.values()] };
}

function claimsOf(api: Api, policy: ProvedPolicy, tokens: Tokens, signal: AbortSignal): Claim[] {
  const objects = (["policy", "binding"] as const).map((part) => ({
    policy,
    tried: part,
    fault: () => differenceOf(api, part, policy, signal),
  }));
  const acts = policy.refuses.map((act) => ({
    policy,
    tried: wordsOf(act),
    act,
    fault: () => lapseOf(policy, act, tokens, signal),
  }));
  return [...objects, ...acts];
}

/** E.g. `dry-run create pods in shop-jenkins-build as its launcher`. */
function wordsOf(act: RefusedAct): string {
  const { account, verb, resource, namespace } = act;
  const object = verb === "create" ? resource : `${resource} ${act.name}`;
  const who = `${account.name} of ${account.namespace}`;
  return `${verb === "create" ? "dry-run create" : verb} ${object} in ${namespace} as ${who}`;
}

/** Who has answered in place of the policy. */
async function lapseOf(
  policy: ProvedPolicy,
  act: RefusedAct,
  tokens: Tokens,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    await attempt(await tokens.apiOf(act.account), act, signal);
    return "admitted";
  } catch (error) {
    if (isPassing(error)) {
      throw error;
    }
    const { status, message } = error as ApiError;
    return isRefusalOf(policy, message)
      ? undefined
      : `not refused by the policy, but answered ${status}: ${oneLine(message, CHARACTERS)}`;
  }
}

/** Neither changes anything, whatever the inputs say: they are in a state that others may write. */
async function attempt(api: Api, act: RefusedAct, signal: AbortSignal): Promise<void> {
  const { apiVersion, namespace, resource } = act;
  const root = apiVersion.includes("/") ? "apis" : "api";
  const path = `/${root}/${apiVersion}/namespaces/${namespace}/${resource}`;
  await (act.verb === "create"
    ? api.post(`${path}?dryRun=All`, act.object, signal)
    : api.patch(`${path}/${act.name}`, [], {}, signal));
}

/** By a rule of it; one that could not be evaluated is no proof. */
function isRefusalOf({ name, policy }: ProvedPolicy, message: string): boolean {
  const [words = "", ...found] = REFUSAL.exec(message) ?? [];
  const validations = policy["validations"] as readonly { readonly message?: string }[];
  const because = message.slice(words.length);
  return (
    found.every((each) => each === name) &&
    words !== "" &&
    validations.some((rule) => rule.message === undefined || because === rule.message)
  );
}
