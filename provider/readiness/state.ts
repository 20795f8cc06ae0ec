import type { ProvedRelease, ReadinessOutputs, ReleaseRecord } from "../../contract";
import type { Properties } from "../wire/plugin";

/** What the stack's state keeps of a release, beside its inputs. */
export type State = Pick<ReadinessOutputs, "release" | "lastReady">;

/** What is known of it: a record can be missing, as it is before the first verdict. */
export type Stored = Partial<Pick<State, "release">> & Pick<State, "lastReady">;

/** Before the first verdict, and where the state was lost. */
export const NOTHING: Stored = { lastReady: null };

/** The outputs of a resource with these inputs. */
export function outputsOf(inputs: Properties, { release, lastReady }: State): Properties {
  return { ...inputs, release, lastReady };
}

/** What a resource's outputs have stored. */
export function stateOf({ release, lastReady }: Properties): Stored {
  return {
    ...(isObject(release) && { release: release as unknown as ReleaseRecord }),
    lastReady: isObject(lastReady) ? (lastReady as unknown as ProvedRelease) : null,
  };
}

/** The state after a verdict: a release that is ready is what a later one may go back to. */
export function nextState(release: ReleaseRecord, lastReady: ProvedRelease | null): State {
  const { commit, image, digest, manifestHash, replicaSet, verdict } = release;
  return verdict === "ready" && replicaSet !== null
    ? { release, lastReady: { commit, image, digest, manifestHash, replicaSet } }
    : { release, lastReady };
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null;
}
