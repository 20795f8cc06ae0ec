import * as pulumi from "@pulumi/pulumi";

import { plain } from "../../mask/plain.ts";

/** The error that ends a run because of its manifests, with a line for each fault. */
export function manifestsError(faults: readonly string[]): pulumi.RunError {
  const title = faults.length > 1 ? [`${faults.length} faults in the manifests`] : [];
  return new pulumi.RunError([...title, ...faults.map(plain)].join("\n  "));
}
