import type { ReadinessInputs, ReadinessOutputs } from "../../contract/readiness.ts";
import type { HistoryEntry, ProvedRelease, ReleaseRecord } from "../../contract/release-record.ts";
import type { Properties } from "../../wire/plugin.ts";
import { secret } from "../../wire/struct.ts";
import { nameOf, type Observed } from "../verdict/objects.ts";
import { templateOf } from "../verdict/pod-template.ts";
import { afterVerdict } from "./history.ts";

/** A longer template is not kept; a thousand variables are shorter. */
const TEMPLATE_LENGTH = 128 * 1024;

/** What the stack's state keeps of a release, beside its inputs. */
export type State = Pick<
  ReadinessOutputs,
  "release" | "lastReady" | "lastReadyTemplate" | "history"
>;

/** What is known of it: a record can be missing, as it is before the first verdict. */
export type Stored = Partial<Pick<State, "release">> & Omit<State, "release">;

/** What a resource's outputs have stored. States of earlier versions lack some of it. */
export function stateOf({ release, lastReady, lastReadyTemplate, history }: Properties): Stored {
  const record = isObject(release) ? (release as unknown as ReleaseRecord) : undefined;
  return {
    ...(record && { release: completed(record) }),
    lastReady: isObject(lastReady) ? (lastReady as unknown as ProvedRelease) : null,
    ...(typeof lastReadyTemplate === "string" && { lastReadyTemplate }),
    history: Array.isArray(history)
      ? (history as readonly HistoryEntry[])
      : record === undefined
        ? []
        : afterVerdict([], record),
  };
}

/**
 * The state after a verdict: a release that is ready is what a rollback restores.
 * @param template of the release
 */
export function nextState(
  release: ReleaseRecord,
  { lastReady, lastReadyTemplate }: Omit<Stored, "release" | "history">,
  history: readonly HistoryEntry[],
  template?: string,
): State {
  const { commit, image, digest, manifestHash, kind, replicaSet, migratedBy, verdict } = release;
  const isReady = verdict === "ready" && replicaSet !== null;
  const ready = isReady
    ? {
        ...{ commit, image, digest, manifestHash, replicaSet },
        ...(kind && { kind }),
        ...(migratedBy !== undefined && { migratedBy }),
      }
    : lastReady;
  const kept = isReady ? template : lastReadyTemplate;
  return {
    release,
    lastReady: ready,
    ...(kept !== undefined && { lastReadyTemplate: kept }),
    history,
  };
}

/** The pod template of a release that was proved, undefined if it is too long to be kept. */
export function templateIn({ replicaSets }: Observed, name: string): string | undefined {
  const found = replicaSets.find((candidate) => nameOf(candidate) === name);
  return found?.spec?.template && keptText(templateOf(found));
}

/** A template as the state keeps it; undefined if it is too long. */
export function keptText(template: object): string | undefined {
  const text = JSON.stringify(template);
  return text.length > TEMPLATE_LENGTH ? undefined : text;
}

/**
 * The pod template of a release that was looked at again. One that was ready before keeps what was proved, whatever a hand
 * has changed since; another one's would restore the wrong release.
 */
export function templateAfterLook(
  { deployment: { generation } }: ReadinessInputs,
  { digest, manifestHash, replicaSet }: ReleaseRecord,
  { lastReady, lastReadyTemplate }: Stored,
  observed: Observed,
): string | undefined {
  if (lastReady?.digest === digest && lastReady.manifestHash === manifestHash) {
    return lastReadyTemplate;
  }
  const isAsApplied = observed.deployment?.metadata?.generation === generation;
  return isAsApplied ? templateIn(observed, replicaSet ?? "") : undefined;
}

/** The state as outputs. Somebody may have made a secret of a variable. */
export function outputsOf({ lastReadyTemplate, ...rest }: State): Properties {
  return {
    ...rest,
    ...(lastReadyTemplate !== undefined && { lastReadyTemplate: secret(lastReadyTemplate) }),
  };
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
