import type { ReleaseRecord } from "../contract/release-record.ts";

/** What is to be said of a release that is ready, a line each. Records of earlier versions have nothing of it. */
export function warningsOf({ warnings = [] }: Partial<Pick<ReleaseRecord, "warnings">>) {
  return warnings;
}
