import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { ReleaseRecord } from "../../contract/release-record.ts";
import { afterLook } from "../readiness/history.ts";
import { groupIn } from "../readiness/group-record.ts";
import { recordOf } from "../readiness/record.ts";
import type { State, Stored } from "../readiness/state.ts";
import { UNSEEN } from "../verdict/objects.ts";
import type { Reason } from "../verdict/reasons.ts";
import type { Mark } from "./mark.ts";
import { judgeRestored, type Outcome, type Tools } from "./rollback.ts";
import { called, standing } from "../release-words.ts";

const INTERRUPTED: Reason = "interrupted";

/** How things stand with a release that was rolled back. */
export interface Standing {
  readonly state: State;
  readonly report: string;
}

/**
 * Looks at what runs instead of a release that was rolled back. It is waited for only if the run that rolled back was
 * interrupted: then the rest is done now.
 */
export async function standingOf(
  release: ReadinessInputs,
  mark: Mark,
  { release: stored, lastReady, lastReadyTemplate, history }: Stored,
  tools: Tools,
): Promise<Standing> {
  const isKnown =
    stored !== undefined &&
    stored.running !== null &&
    stored.running.reason !== INTERRUPTED &&
    stored.generation === release.deployment.generation;
  const generation = mark.generation + 1;
  const { running, report }: Outcome =
    lastReady === null
      ? { running: null, report: "" }
      : await judgeRestored(release, lastReady, generation, { wait: !isKnown }, tools);
  const record = isKnown ? stored : failedRecord(release, mark, stored);
  const failed = called(release, running ?? undefined);
  const headline = `${release.service}: rolled-back: ${failed} failed with ${mark.reason}, and ${standing(running, release)}`;
  return {
    state: {
      release: { ...record, running },
      lastReady,
      ...(lastReadyTemplate !== undefined && { lastReadyTemplate }),
      history: afterLook(history, record),
    },
    report: report === "" ? headline : `${headline}\n${report}`,
  };
}

/** The record of a release that is only known to have failed. */
export function failedRecord(
  release: ReadinessInputs,
  { reason, failed }: Mark,
  stored: ReleaseRecord | undefined,
): ReleaseRecord {
  const verdict = { kind: "failed", reason: "not-ready", object: "", message: "" } as const;
  const wait = { startedAt: new Date().toISOString(), seconds: 0 };
  const record = recordOf(release, { verdict, observed: UNSEEN }, wait, stored);
  return { ...record, reason, ...groupIn(inMarkedGroup(release, failed), reason) };
}

/** The mark has kept for which member the group has failed. */
function inMarkedGroup(release: ReadinessInputs, failed: Mark["failed"]): ReadinessInputs {
  const { group } = release;
  return group && failed ? { ...release, group: { ...group, failed } } : release;
}
