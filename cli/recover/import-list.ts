import type { ImportOptions } from "@pulumi/pulumi/automation/index.js";

import type { PendingCreate } from "./pending-create.ts";

/** An object that the stack is to have. */
export interface Adoption {
  readonly pending: Pick<PendingCreate, "type" | "name" | "parent" | "provider">;
  /** As the Kubernetes provider knows it. */
  readonly id: string;
}

/**
 * What the engine imports: each object under its own name, parent and provider, so that the next run finds it where
 * the program has it. The table of names is for generated code, and there is none: each URN is its own name.
 *
 * @see https://www.pulumi.com/docs/iac/guides/migration/import/#bulk-import-operations
 */
export function importList(
  adoptions: readonly Adoption[],
): Required<Pick<ImportOptions, "resources" | "nameTable">> {
  const urns = adoptions
    .flatMap(({ pending: { parent, provider } }) => [parent, provider])
    .filter((urn) => urn !== undefined);
  return {
    nameTable: Object.fromEntries(urns.map((urn) => [urn, urn])),
    resources: adoptions.map(({ id, pending: { type, name, parent, provider } }) => ({
      type,
      name,
      id,
      ...(parent !== undefined && { parent }),
      ...(provider !== undefined && { provider }),
    })),
  };
}
