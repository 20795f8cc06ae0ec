import type { HandedOver } from "../../contract/handed-over.ts";
import type { Properties } from "../../wire/plugin.ts";
import { changedPaths } from "../input-schema.ts";

/**
 * Paths of a release's inputs that differ. One revision hands off all services of a stack: that it is a different one
 * changes none of them by itself, and neither does what the controller says of it as long as it has applied it.
 */
export function changesOf(olds: Properties, news: Properties): string[] {
  return changedPaths(compared(olds), compared(news));
}

function compared({ handOff, ...inputs }: Properties): Properties {
  const { failure, pullRequest } = (handOff ?? {}) as Partial<HandedOver>;
  return {
    ...inputs,
    ...(failure && { failure: failure.reason }),
    ...(pullRequest !== undefined && { pullRequest }),
  };
}
