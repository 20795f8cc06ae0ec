import * as pulumi from "@pulumi/pulumi";

import { byName } from "./by-name.ts";
import { known } from "./known.ts";
import type { HandOff } from "./hand-off/hand-off.ts";
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
  /** @default - the stack applies its objects itself */
  readonly handOff?: HandOff | undefined;
}

/** The outputs of a stack, for other stacks and people. See docs/outputs.md. */
export function outputsOf({ namespace, delivered, access, handOff }: StackParts) {
  return {
    namespace: known(namespace.metadata.name),
    ...(namespace.exists && { namespaceExists: true }),
    releases: byName(delivered, (_, { release }) => known(release)),
    history: byName(delivered, (_, { history }) => known(history)),
    endpoints: byName(delivered, (_, { endpoint }) => known(endpoint)),
    ...(access && { jenkins: known(access.outputs) }),
    ...(handOff && { handOff: handOffOf(handOff) }),
  };
}

/** Where the desired state of the last run is, and what the controller made of it. */
function handOffOf({ to, by, revision, controller, failure, pullRequest }: HandOff) {
  return pulumi
    .all([to, by, revision, controller, failure, pullRequest])
    .apply(([target, controllerOf, applied, report, fault, request]) => ({
      ...{ to: target, by: controllerOf, revision: applied, controller: report },
      ...(fault && { failure: fault }),
      ...(request && { pullRequest: request }),
    }));
}
