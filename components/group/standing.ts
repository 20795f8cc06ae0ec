import type { HistoryEntry, ReleaseRecord } from "../../contract/release-record.ts";
import { COMPONENTS, RESOURCES } from "../../contract/tokens.ts";
import type { Endpoint } from "../endpoint.ts";
import { type KnownResource, knownResources } from "../known-resources.ts";
import type { SlipwayProvider } from "../slipway-provider.ts";

/** What the stack has of a service from its last run; nothing of one that was never released. */
export interface StandingRelease {
  readonly release?: ReleaseRecord;
  readonly history?: readonly HistoryEntry[];
  readonly endpoint?: Endpoint;
}

/** What the stack's state has of a service whose turn does not come. */
export async function standingRelease(
  name: string,
  provider: SlipwayProvider,
): Promise<StandingRelease> {
  const resources = await knownResources(provider);
  const last = outputsOf(resources, `::${COMPONENTS.Release}::${name}`);
  // A refresh writes what it finds there.
  const proof = outputsOf(resources, `::${COMPONENTS.Release}$${RESOURCES.Readiness}::${name}`);
  return withGatesOf(last, { ...last, ...picked(proof) });
}

/** The gates are known to the service alone: its proof does not depend on them. */
function withGatesOf({ release: last }: StandingRelease, found: StandingRelease): StandingRelease {
  const { release } = found;
  const isSame = last?.gates !== undefined && last.digest === release?.digest;
  return release !== undefined && isSame
    ? { ...found, release: { ...release, gates: last.gates } }
    : found;
}

function outputsOf(resources: readonly KnownResource[], end: string): StandingRelease {
  const { outputs = {} } = resources.find(({ urn }) => urn.endsWith(end)) ?? {};
  const { release, history, endpoint } = outputs as StandingRelease;
  return { ...picked({ release, history } as StandingRelease), ...(endpoint && { endpoint }) };
}

function picked({ release, history }: StandingRelease): StandingRelease {
  return { ...(release && { release }), ...(history && { history }) };
}
