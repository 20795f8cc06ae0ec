import type { Fault } from "./fault.ts";
import { PASSWORD, PASSWORD_REMEDY } from "./registry.ts";

/** Settings as text, and which of them are secrets. */
interface Config {
  readonly values: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/**
 * The secrets that stand in the wrong place.
 *
 * @param used names of the settings that credentials are made of
 */
export function secretFaults({ values, secretKeys }: Config, used: readonly string[]): Fault[] {
  const inClear = (values[PASSWORD] ?? "") !== "" && !secretKeys.includes(PASSWORD);
  const misplaced = secretKeys.filter((key) => key !== PASSWORD && !used.includes(key));
  return [
    ...(inClear
      ? [
          {
            path: [PASSWORD],
            text: `got a value in clear; allowed: an encrypted one; ${PASSWORD_REMEDY}, and change the password`,
          },
        ]
      : []),
    ...misplaced.map((key) => ({
      path: [key],
      text: `got a secret, which would be readable in the cluster and the state; allowed: only ${PASSWORD} and the settings that slipway:credentials names are secrets; give it a setting of its own and name that in a credential as {setting: name}`,
    })),
  ];
}
