import { SIGNATURE } from "../../wire/signature.ts";

/** Whether a secret is anywhere in a value. */
export function containsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  return SIGNATURE in value || Object.values(value).some(containsSecret);
}
