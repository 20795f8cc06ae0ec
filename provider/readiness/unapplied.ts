import type { Evidence } from "../../contract/evidence.ts";
import type { HandOffFailure } from "../../contract/hand-off.ts";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import { UNSEEN } from "../verdict/objects.ts";
import { reportOn } from "../verdict/report.ts";
import type { Waited } from "../waiting/resource.ts";
import type { Properties } from "../../wire/plugin.ts";
import { afterVerdict } from "./history.ts";
import { recordOf } from "./record.ts";
import { nextState, outputsOf, type Stored } from "./state.ts";

/** The verdict on a release whose revision no controller has applied: its pods say nothing of it. */
export function unappliedRelease(
  release: ReadinessInputs,
  { reason, object, message, notes, command }: HandOffFailure,
  stored: Stored,
): Waited {
  const finding = { reason, object, message } as const;
  const judgement = { verdict: { kind: "failed", ...finding }, observed: UNSEEN } as const;
  const now = { startedAt: new Date().toISOString(), seconds: 0 };
  const made = recordOf(release, judgement, now, stored.release);
  const evidence: Evidence = {
    ...{ object, container: null, message, notes, command },
    ...{ containers: [], otherPods: 0, events: [], cut: null },
  };
  const record = { ...made, evidence };
  const state = nextState(record, stored, afterVerdict(stored.history, record));
  const headline = { service: release.service, reason, seconds: undefined };
  return { own: outputsOf(state), failure: reportOn(headline, evidence) };
}

/** What is known of a release that waits for a person: the verdict on the one before, if there is any. */
export function pendingState({ release, ...stored }: Stored): Properties {
  return release === undefined ? { ...stored } : outputsOf({ ...stored, release });
}
