import { SIGNATURE } from "../../wire/signature.ts";

/** Whether a secret is anywhere in a value. */
export function containsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  return isSecret(value) || Object.values(value).some(containsSecret);
}

/** Whether a value is one that the engine keeps secret. */
export function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && SIGNATURE in value;
}
