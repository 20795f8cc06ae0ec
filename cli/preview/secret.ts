/** The key by which the engine marks a secret in whatever it tells. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** Whether a secret is anywhere in a value. */
export function containsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return SIGNATURE in value || Object.values(value).some(containsSecret);
}
