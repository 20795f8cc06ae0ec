import type { Written } from "./credential-conflicts.ts";
import { type Fault, faultIf } from "./fault.ts";
import { PASSWORD, PASSWORD_REMEDY } from "./registry.ts";

/**
 * The secrets in the wrong place.
 *
 * @param used names of the settings that credentials hold
 */
export function secretFaults(
  { values, secretKeys }: Omit<Written, "raw">,
  used: readonly string[],
): Fault[] {
  return [
    ...faultIf(
      (values[PASSWORD] ?? "") !== "" && !secretKeys.includes(PASSWORD),
      [PASSWORD],
      `got a value in clear; allowed: an encrypted one; ${PASSWORD_REMEDY}, and change the password`,
    ),
    ...secretKeys.flatMap((key) =>
      faultIf(
        key !== PASSWORD && !used.includes(key),
        [key],
        `got a secret, which would be readable in the cluster and the state; allowed: only ${PASSWORD} and settings named in slipway:credentials or in the secrets of a build may be secrets; give it a setting of its own and name that there as {setting: name}`,
      ),
    ),
  ];
}
