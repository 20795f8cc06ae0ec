import { z } from "zod";

import { PATCHED, type PatchesDefinition } from "../../components/service/patches.ts";
import type { ShapeOf } from "../../contract/field.ts";
import * as field from "../fields.ts";

const patch = z.record(z.string(), z.unknown(), {
  error: "allowed: a mapping of plain fields of Kubernetes",
});

/** The keys of {@link PatchesDefinition}; what a patch may not change is known once there are manifests. */
export const patchesShape = {
  pod: patch.exactOptional(),
  patches: field
    .mapping(
      Object.fromEntries(PATCHED.map((object) => [object, patch.exactOptional()])) as Record<
        (typeof PATCHED)[number],
        z.ZodExactOptional<typeof patch>
      >,
      PATCHED.join(", "),
    )
    .exactOptional(),
} satisfies ShapeOf<PatchesDefinition>;
