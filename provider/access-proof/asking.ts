import type { AccessProofInputs } from "../../contract/access-proof.ts";
import { resourceOf, type Right } from "../../rights.ts";
import { review } from "../cluster/access-review.ts";
import type { Api } from "../cluster/api.ts";
import { atATime } from "../cluster/at-a-time.ts";
import { ADMISSION, PARTS } from "./policy-in-cluster.ts";

const AT_A_TIME = 8;

/** To ask for others' rights. Lanes do not have it. */
const ASK: Right = {
  verb: "create",
  group: "authorization.k8s.io",
  resource: "subjectaccessreviews",
};

/**
 * What this identity lacks to prove these inputs, e.g. `create subjectaccessreviews.authorization.k8s.io`.
 * @returns nothing if it may
 * @throws `ApiError` for a refusal, the network's error if there is no answer
 */
export async function lackOf(
  api: Api,
  inputs: AccessProofInputs,
  signal: AbortSignal,
): Promise<string[]> {
  const lacking = await lackingOf(api, [ASK], signal);
  const rest = lacking.length > 0 ? [] : await lackingOf(api, rightsToTry(inputs), signal);
  return [...lacking, ...rest].map(wordsOf);
}

async function lackingOf(api: Api, rights: readonly Right[], signal: AbortSignal) {
  const answers = await atATime(AT_A_TIME, rights, (right) => review(api, right, signal));
  return rights.filter((_, index) => answers[index]?.allowed !== true);
}

/** To read policies and have a change of them tried, and to get a token of whoever tries what they refuse. */
function rightsToTry({ policies = [] }: AccessProofInputs): Right[] {
  const accounts = policies.flatMap(({ refuses }) => refuses.map(({ account }) => account));
  const byUser = new Map(accounts.map((each) => [`${each.namespace}/${each.name}`, each]));
  const object = { verb: "create", group: "", resource: "serviceaccounts" } as const;
  const verbs = policies.length > 0 ? (["get", "patch"] as const) : [];
  return [
    ...verbs.flatMap((verb) =>
      Object.values(PARTS).map((resource) => ({ verb, group: ADMISSION, resource })),
    ),
    ...[...byUser.values()].map((account) => ({ ...object, subresource: "token", ...account })),
  ];
}

function wordsOf({ verb, namespace, name, ...objects }: Right): string {
  const named = name === undefined ? "" : ` ${name}`;
  const where = namespace === undefined ? "" : ` in ${namespace}`;
  return `${verb} ${resourceOf(objects)}${named}${where}`;
}
