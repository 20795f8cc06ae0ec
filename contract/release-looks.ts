import type { ReleasedPod, ReleaseRecord } from "./release-record.ts";

/** Arguments of the function `slipway:index:releaseLooks`. */
export interface ReleaseLooksArgs {
  /** What records say of them, by the services' names. */
  readonly releases: Readonly<
    Record<
      string,
      Pick<ReleaseRecord, "namespace" | "digest"> & {
        readonly pods: readonly Pick<ReleasedPod, "name" | "readyAt">[];
      }
    >
  >;
}

/** What a release's own pods show now. */
export interface ReleaseLook {
  /** Why it is not ready, absent where it is. */
  readonly fault?: string;
  /** Since when one of them is ready again, ISO 8601; absent where one has been so since the record. */
  readonly readySince?: string;
}

/** Looks by the services' names; a release whose pods are not there, or may not be looked at, has none. */
export type ReleaseLooks = Readonly<Record<string, ReleaseLook>>;
