import { HIDDEN } from "../../contract/marks.ts";
import { SECRET, SIGNATURE } from "../../wire/signature.ts";

/** What replaces each secret: JSON, as the engine expects it in clear. */
const HIDDEN_SECRET = { [SIGNATURE]: SECRET, plaintext: JSON.stringify(HIDDEN) };

/** What replaces what a log, the API server or a controller said. */
const UNSAID = "not in this copy";

type Mapping = Readonly<Record<string, unknown>>;

/**
 * An exported state for those who must know no secret of it: with a placeholder for each secret, without the key that they were
 * encrypted with, and without what was seen in the cluster: evidence, warnings, messages, errors. What is left decides what a
 * preview shows, except for the values of secrets.
 *
 * @throws if it is not an exported state
 */
export function stateCopy(state: unknown): unknown {
  if (!isMapping(state) || !isMapping(state["deployment"])) {
    throw new Error("allowed: what pulumi stack export prints");
  }
  const entries = Object.entries(state["deployment"]).filter(
    ([key]) => key !== "secrets_providers",
  );
  return copied({ ...state, deployment: Object.fromEntries(entries) });
}

/**
 * A saved plan whose secrets everybody can read: they are the placeholders of a copy, and the key that encrypted them is gone
 * with the copy.
 */
export function planCopy(plan: unknown): unknown {
  return copied(plan);
}

/**
 * The same for a stack with a passphrase of its own, whose salt is in its settings: the engine encrypts the placeholders with it.
 *
 * @throws if it is not a copy, or the settings have no salt
 */
export function withSalt(copy: unknown, salt: unknown): unknown {
  if (!isMapping(copy) || !isMapping(copy["deployment"])) {
    throw new Error("allowed: a copy of a state");
  }
  if (typeof salt !== "string") {
    throw new Error(
      "the stack's settings have no encryptionsalt; create it with pulumi stack init first",
    );
  }
  const secrets_providers = { type: "passphrase", state: { salt } };
  return { ...copy, deployment: { ...copy["deployment"], secrets_providers } };
}

function copied(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(copied);
  }
  if (!isMapping(value)) {
    return value;
  }
  if (value[SIGNATURE] === SECRET) {
    return HIDDEN_SECRET;
  }
  const entries = Object.entries(unsaid(value));
  return Object.fromEntries(entries.map(([key, each]) => [key, copied(each)]));
}

/** A record, a resource of the state or an object of the cluster without the words of others. */
function unsaid(value: Mapping): Mapping {
  if ("verdict" in value && "evidence" in value) {
    return {
      ...value,
      evidence: null,
      ...("warnings" in value && { warnings: [] }),
      ...("message" in value && { message: UNSAID }),
    };
  }
  if (typeof value["urn"] === "string" && Array.isArray(value["initErrors"])) {
    // How many there are is kept: the engine updates what has any.
    return { ...value, initErrors: value["initErrors"].map(() => UNSAID) };
  }
  const { status } = value;
  if (isMapping(status) && Array.isArray(status["conditions"])) {
    const conditions = status["conditions"].map((each: unknown) =>
      isMapping(each) && "message" in each ? { ...each, message: UNSAID } : each,
    );
    return { ...value, status: { ...status, conditions } };
  }
  return value;
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
