import type {
  AccessProofOutputs,
  PolicyFault,
  ProvedPolicy,
  RefusedAct,
} from "../../contract/access-proof.ts";
import type { Api } from "../cluster/api.ts";
import { ApiError } from "../cluster/api-error.ts";
import { oneLine } from "../cluster/one-line.ts";
import { lastingFaults } from "./lasting.ts";
import { differenceOf } from "./policy-in-cluster.ts";
import type { Tokens } from "./tokens.ts";

/** A policy, its binding and the roles of who tries it take the API server a second or two to see, and its replicas longer. */
const PATIENCE_MILLISECONDS = 10_000;

/** What is shown of an answer. */
const CHARACTERS = 300;

/** The API server's own words, before the message of the policy. A webhook's begin with its own name. */
const REFUSAL =
  /^\S{1,253} "[^"]{1,253}" is forbidden: ValidatingAdmissionPolicy '([^']{1,253})' with binding '([^']{1,253})' denied request: /;

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
  { patient, tokens }: { readonly patient: boolean; readonly tokens: Tokens },
  signal: AbortSignal,
): Promise<FoundPolicies> {
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

/** E.g. `dry-run create pods in shop-jenkins-build as launcher of shop-jenkins-build`. */
function wordsOf(act: RefusedAct): string {
  const { account, namespace } = act;
  const where = `in ${namespace} as ${account.name} of ${account.namespace}`;
  switch (act.verb) {
    case "create":
      return `dry-run create ${act.resource} ${where}`;
    case "patch":
      return `patch ${act.resource} ${act.name} ${where}`;
    case "connect":
      return `connect to services ${act.name} ${where}`;
  }
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
    if (!(error instanceof ApiError)) {
      throw error;
    }
    return isRefusalOf(policy, error.message)
      ? undefined
      : `not refused by the policy, but answered ${error.status}: ${oneLine(error.message, CHARACTERS)}`;
  }
}

/** Changes nothing, whatever the inputs say: they are in a state that others may write. */
async function attempt(api: Api, act: RefusedAct, signal: AbortSignal): Promise<void> {
  const path = `/namespaces/${act.namespace}`;
  switch (act.verb) {
    case "create":
      await api.post(`${rootOf(act)}${path}/${act.resource}?dryRun=All`, act.object, signal);
      return;
    case "patch":
      await api.patch(`${rootOf(act)}${path}/${act.resource}/${act.name}`, [], {}, signal);
      return;
    case "connect":
      await api.post(`/api/v1${path}/services/${act.name}/proxy/slipway-access-proof`, {}, signal);
  }
}

function rootOf({ apiVersion }: { readonly apiVersion: string }): string {
  return `/${apiVersion.includes("/") ? "apis" : "api"}/${apiVersion}`;
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
