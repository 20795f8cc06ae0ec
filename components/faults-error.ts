import * as pulumi from "@pulumi/pulumi";

/**
 * Faults as one error: a line for each, under a title that counts them if there are several.
 *
 * @param what they are, in the plural
 */
export function faultsError(faults: readonly string[], what: string): pulumi.RunError {
  const title = faults.length > 1 ? [`${faults.length} ${what}`] : [];
  return new pulumi.RunError([...title, ...faults].join("\n  "));
}
