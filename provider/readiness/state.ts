import { readinessInputs, type ReadinessOutputs } from "../../contract/readiness.ts";
import type { HistoryEntry, ProvedRelease, ReleaseRecord } from "../../contract/release-record.ts";
import type { Properties } from "../../wire/plugin.ts";
import { UNKNOWN } from "../../wire/unknown.ts";
import { afterVerdict } from "./history.ts";
import { faultsOf } from "../input-schema.ts";

/** What the stack's state keeps of a release, beside its inputs. */
export type State = Pick<ReadinessOutputs, "release" | "lastReady" | "history">;

/** What is known of it: a record can be missing, as it is before the first verdict. */
export type Stored = Partial<Pick<State, "release">> & Omit<State, "release">;

/** Before the first verdict, and where the state was lost. */
export const NOTHING: Stored = { lastReady: null, history: [] };

const OWN = { release: UNKNOWN, lastReady: UNKNOWN, history: UNKNOWN } satisfies Record<
  keyof State,
  string
>;

/** The outputs of a resource with these inputs. */
export function outputsOf(inputs: Properties, { release, lastReady, history }: State): Properties {
  return { ...inputs, release, lastReady, history };
}

/** The outputs before there is a verdict. */
export function unknownOutputs(inputs: Properties): Properties {
  return { ...inputs, ...OWN };
}

/** What a resource's outputs have stored. States of earlier versions lack some of it. */
export function stateOf({ release, lastReady, history }: Properties): Stored {
  const record = isObject(release) ? (release as unknown as ReleaseRecord) : undefined;
  return {
    ...(record && { release: completed(record) }),
    lastReady: isObject(lastReady) ? (lastReady as unknown as ProvedRelease) : null,
    history: Array.isArray(history)
      ? (history as readonly HistoryEntry[])
      : record === undefined
        ? []
        : afterVerdict([], record),
  };
}

/**
 * The inputs that were judged last. Where an `up` failed, the engine keeps the inputs of the one before, and gives
 * these to a refresh: by them it would find the earlier release where the failed one is asked for.
 */
export function judgedInputs(outputs: Properties, inputs: Properties): Properties {
  const own = Object.entries(outputs).filter(([key]) => !(key in OWN));
  const judged = Object.fromEntries(own);
  return faultsOf(readinessInputs, judged).length === 0 ? judged : inputs;
}

/** The state after a verdict: a release that is ready is what a later one may go back to. */
export function nextState(
  release: ReleaseRecord,
  lastReady: ProvedRelease | null,
  history: readonly HistoryEntry[],
): State {
  const { commit, image, digest, manifestHash, replicaSet, verdict } = release;
  return verdict === "ready" && replicaSet !== null
    ? { release, lastReady: { commit, image, digest, manifestHash, replicaSet }, history }
    : { release, lastReady, history };
}

/** A record with what records of earlier versions lack. */
function completed(record: Omit<ReleaseRecord, "running" | "evidence"> & Partial<ReleaseRecord>) {
  return { ...record, running: record.running ?? null, evidence: record.evidence ?? null };
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null;
}
