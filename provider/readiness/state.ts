import type { ReadinessOutputs } from "../../contract/readiness.ts";
import type { HistoryEntry, ProvedRelease, ReleaseRecord } from "../../contract/release-record.ts";
import type { Properties } from "../../wire/plugin.ts";
import { afterVerdict } from "./history.ts";

/** What the stack's state keeps of a release, beside its inputs. */
export type State = Pick<ReadinessOutputs, "release" | "lastReady" | "history">;

/** What is known of it: a record can be missing, as it is before the first verdict. */
export type Stored = Partial<Pick<State, "release">> & Omit<State, "release">;

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

/** The state after a verdict: a release that is ready is what a rollback restores. */
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
function completed(
  record: Omit<ReleaseRecord, "running" | "evidence" | "warnings"> & Partial<ReleaseRecord>,
) {
  const { running = null, evidence = null, warnings = [] } = record;
  return { ...record, running, evidence, warnings };
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null;
}
