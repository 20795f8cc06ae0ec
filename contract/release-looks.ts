import { z } from "zod";

import { name } from "./field.ts";

/** Arguments of the function `slipway:index:releaseLooks`: what records say of releases, by the services' names. */
export const releaseLooksArgs = z.object({
  releases: z.record(
    z.string(),
    z.object({
      namespace: name,
      digest: z.string(),
      pods: z.array(z.object({ name, readyAt: z.string().nullish() })),
    }),
  ),
});

/** What a release's own pods show now. */
export interface ReleaseLook {
  /**
   * Why it is not ready.
   * @default - it is ready
   */
  readonly fault?: string;
  /**
   * Since when one of them is ready again, ISO 8601.
   * @default - one has been ready since the record
   */
  readonly readySince?: string;
}

/** Looks by the services' names; a release whose pods do not exist, or may not be read, has none. */
export type ReleaseLooks = Readonly<Record<string, ReleaseLook>>;
