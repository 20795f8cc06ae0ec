import { z } from "zod";

/** Arguments of the function `slipway:index:releaseLooks`: what records say of releases, by the services' names. */
export const releaseLooksArgs = z.object({
  releases: z.record(
    z.string(),
    z.object({
      namespace: z.string(),
      digest: z.string(),
      pods: z.array(z.object({ name: z.string(), readyAt: z.string().nullish() })),
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
