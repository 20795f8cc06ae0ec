import type { z } from "zod";

import { PATCHED, type PatchesDefinition } from "../../components/service/patches.ts";
import type { ShapeOf } from "../../contract/field.ts";
import * as field from "../fields.ts";
import { plainFields } from "./plain-fields.ts";

/** The keys of {@link PatchesDefinition}; what a patch may not change is known once there are manifests. */
export const patchesShape = {
  pod: plainFields.exactOptional(),
  patches: field
    .mapping(
      Object.fromEntries(PATCHED.map((object) => [object, plainFields.exactOptional()])) as Record<
        (typeof PATCHED)[number],
        z.ZodExactOptional<typeof plainFields>
      >,
      PATCHED.join(", "),
    )
    .exactOptional(),
} satisfies ShapeOf<PatchesDefinition>;
