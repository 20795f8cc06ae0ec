import * as pulumi from "@pulumi/pulumi";

import type { HandOff } from "./hand-off.ts";

/**
 * What this run has judged of a release: nothing where a person has to merge it first. Then its record is that of the one before,
 * whose verdict another run has told.
 *
 * @param handOff undefined if the stack applies its objects itself
 */
export function judged<T>(
  release: pulumi.Output<T>,
  handOff: Pick<HandOff, "pullRequest"> | undefined,
): pulumi.Output<T | undefined> {
  return handOff === undefined
    ? release
    : pulumi
        .all([release, handOff.pullRequest])
        .apply(([record, request]) => (request === undefined ? (record as T) : undefined));
}
