import * as pulumi from "@pulumi/pulumi";

import type { ServedKind } from "../contract/served-kinds.ts";
import { askProvider } from "./ask-provider.ts";
import { ROLLOUTS_API } from "./manifests/rollout.ts";
import type { ServiceDefinition } from "./service-definition.ts";
import type { SlipwayProvider } from "./slipway-provider.ts";

const [GROUP = ""] = ROLLOUTS_API.split("/");

/** What is written for a service that is released by steps. */
const KINDS = ["Rollout", "AnalysisTemplate", "AnalysisRun"] as const;

/**
 * Ends the run before anything is registered if a service is released by steps, and the cluster does not know what Argo Rollouts reads.
 *
 * @throws RunError with the service and the remedy
 * @see https://argo-rollouts.readthedocs.io/en/stable/installation/
 */
export async function requireSteps(
  services: Readonly<Record<string, Pick<ServiceDefinition, "steps">>>,
  provider: SlipwayProvider,
): Promise<void> {
  const [first] = Object.keys(services).filter((name) => services[name]?.steps !== undefined);
  if (first === undefined) {
    return;
  }
  const { kinds } = await askProvider("servedKinds", { group: GROUP }, provider);
  const fault = kinds && stepsFault(kinds);
  if (fault !== undefined) {
    throw new pulumi.RunError(`slipway:services.${first}.steps: ${fault}`);
  }
}

/** Why there are no steps where the API server serves these kinds of the group. */
export function stepsFault(kinds: readonly ServedKind[]): string | undefined {
  const missing = KINDS.filter(
    (kind) => !kinds.some((each) => each.kind === kind && each.apiVersion === ROLLOUTS_API),
  );
  return missing.length === 0
    ? undefined
    : `the cluster does not serve ${missing.join(", ")} of ${ROLLOUTS_API}; have an administrator install Argo Rollouts (1.10 or newer), or remove steps`;
}
