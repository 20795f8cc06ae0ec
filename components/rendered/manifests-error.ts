import type * as pulumi from "@pulumi/pulumi";

import { plain } from "../../mask/plain.ts";
import { faultsError } from "../faults-error.ts";

/** The error that ends a run because of its manifests, with a line for each fault. */
export function manifestsError(faults: readonly string[]): pulumi.RunError {
  return faultsError(faults.map(plain), "faults in the manifests");
}
