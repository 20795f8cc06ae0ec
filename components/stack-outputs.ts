import { byName } from "./by-name";
import type { Release } from "./release";

/** What the releases of a stack tell other stacks, by the services' names. See docs/outputs.md. */
export function outputsOf(releases: Readonly<Record<string, Release>>) {
  return {
    releases: byName(releases, (_, { release }) => release),
    history: byName(releases, (_, { history }) => history),
    endpoints: byName(releases, (_, { endpoint }) => endpoint),
  };
}
