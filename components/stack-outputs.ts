import { byName } from "./by-name.ts";
import type { JenkinsAccess } from "./lanes/jenkins-access.ts";
import type { Namespace } from "./namespace.ts";
import type { Release } from "./release.ts";

/** The parts of a stack. */
export interface StackParts {
  readonly namespace: Namespace;
  /** The releases by the services' names. */
  readonly delivered: Readonly<Record<string, Release>>;
  /** @default - Jenkins has no lanes */
  readonly access?: JenkinsAccess | undefined;
}

/** The outputs of a stack, for other stacks and people. See docs/outputs.md. */
export function outputsOf({ namespace, delivered, access }: StackParts) {
  return {
    namespace: namespace.metadata.name,
    releases: byName(delivered, (_, { release }) => release),
    history: byName(delivered, (_, { history }) => history),
    endpoints: byName(delivered, (_, { endpoint }) => endpoint),
    ...(access && { jenkins: access.outputs }),
  };
}
