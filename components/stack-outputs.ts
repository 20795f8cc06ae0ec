import { byName } from "./by-name.ts";
import { known } from "./known.ts";
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
    namespace: known(namespace.metadata.name),
    ...(namespace.exists && { namespaceExists: true }),
    releases: byName(delivered, (_, { release }) => known(release)),
    history: byName(delivered, (_, { history }) => known(history)),
    endpoints: byName(delivered, (_, { endpoint }) => known(endpoint)),
    ...(access && { jenkins: known(access.outputs) }),
  };
}
