import { cell } from "./markdown.ts";

/** How a service leaves what every service has; each is absent if it does not. */
export interface Exceptions {
  /** What its pods may do beside: words of the setting `allow`. */
  readonly allow?: readonly string[];
  /** Names of the fields that the settings patch. */
  readonly patched?: readonly string[];
  /** The Pod Security level of its namespace, if it is not the `restricted` one of the stack. */
  readonly podSecurity?: string;
  /** What of the policy is waived for it, a line each. */
  readonly waived?: readonly string[];
}

/** The same in words, a line each. */
export function exceptionLines(name: string, told: Exceptions): string[] {
  const { allow = [], patched = [], podSecurity, waived = [] } = told;
  const named = (texts: readonly string[]) => texts.map(cell).join(", ");
  return [
    ...(allow.length > 0 ? [`- ${cell(name)} allows ${named(allow)}`] : []),
    ...(patched.length > 0 ? [`- ${cell(name)} patches ${named(patched)}`] : []),
    ...(podSecurity === undefined
      ? []
      : [`- ${cell(name)}: the Pod Security level of its namespace is ${cell(podSecurity)}`]),
    ...waived.map((line) => `- ${cell(name)} is waived ${cell(line)}`),
  ];
}
