import { SECRET, SIGNATURE } from "../../wire/signature.ts";

/** What replaces each secret: JSON, as the engine expects it in clear. */
const HIDDEN = { [SIGNATURE]: SECRET, plaintext: JSON.stringify("hidden") };

/**
 * An exported state with a placeholder for each secret, and without the key that they were encrypted with: whoever reads it
 * can compare everything but secrets, and open nothing.
 *
 * @throws if it is not an exported state
 */
export function withoutSecrets(state: unknown): unknown {
  if (!isObject(state) || !isObject(state["deployment"])) {
    throw new Error("allowed: what pulumi stack export prints");
  }
  const entries = Object.entries(state["deployment"]).filter(
    ([key]) => key !== "secrets_providers",
  );
  return hidden({ ...state, deployment: Object.fromEntries(entries) });
}

/**
 * The same for a stack with a passphrase of its own, whose salt is in its settings: the engine encrypts the placeholders with it.
 *
 * @throws if it is not a copy, or the settings have no salt
 */
export function withSalt(copy: unknown, salt: unknown): unknown {
  if (!isObject(copy) || !isObject(copy["deployment"])) {
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

function hidden(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(hidden);
  }
  if (!isObject(value)) {
    return value;
  }
  if (value[SIGNATURE] === SECRET) {
    return HIDDEN;
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, hidden(each)]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
