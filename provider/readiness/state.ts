import type { ProvedRelease, ReadinessOutputs, ReleaseRecord } from "../../contract";
import type { Properties } from "../wire/plugin";
import { checkInputs } from "./inputs";

/** What the stack's state keeps of a release, beside its inputs. */
export type State = Pick<ReadinessOutputs, "release" | "lastReady">;

/** What is known of it: a record can be missing, as it is before the first verdict. */
export type Stored = Partial<Pick<State, "release">> & Pick<State, "lastReady">;

/** Before the first verdict, and where the state was lost. */
export const NOTHING: Stored = { lastReady: null };

const OWN = { release: true, lastReady: true } satisfies Record<keyof State, true>;

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

/**
 * The inputs that were judged last. Where an `up` failed, the engine keeps the inputs of the one before, and gives
 * these to a refresh: by them it would find the earlier release where the failed one is asked for.
 */
export function judgedInputs(outputs: Properties, inputs: Properties): Properties {
  const own = Object.entries(outputs).filter(([key]) => !(key in OWN));
  const judged = Object.fromEntries(own);
  return checkInputs(judged).length === 0 ? judged : inputs;
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
