import type { GroupFailure, GroupInputs } from "../../contract/group.ts";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import { titleOf } from "../../contract/workload-kind.ts";
import { messageOf } from "../cluster/api-error.ts";
import { AwaitedRelease } from "../readiness/awaited-release.ts";
import type { State, Stored } from "../readiness/state.ts";
import type { Run } from "../resource.ts";
import { ScheduledRelease } from "../scheduled/scheduled-release.ts";
import type { Failed, FinalVerdict } from "../verdict/finding.ts";
import { UNSEEN } from "../verdict/objects.ts";
import { REASONS } from "../verdict/reasons.ts";
import { presentVerdict, type WaitOptions } from "../waiting/wait.ts";
import type { Judged, Judgements } from "./judgements.ts";

/** The failure of its group, for a member that has not failed itself. */
function othersFailure({ service, group }: ReadinessInputs): GroupFailure | undefined {
  return group?.failed?.member === service ? undefined : group?.failed;
}

/**
 * The state of a member that this run has not changed while a different one has failed: it keeps its record, and there is
 * nothing to take back.
 *
 * @returns undefined for any other
 */
export function untouchedState(release: ReadinessInputs, stored: Stored): State | undefined {
  const { image, manifestHash } = release;
  const { release: record } = stored;
  const isSame = record?.image === image && record.manifestHash === manifestHash;
  return record?.verdict === "ready" && isSame && othersFailure(release) !== undefined
    ? { ...stored, release: record }
    : undefined;
}

/**
 * What is known of a member once its group has a verdict.
 *
 * @returns undefined if it is to be judged now
 */
export async function memberJudgement(
  run: Run,
  release: ReadinessInputs,
  stored: Stored,
  judgements: Judgements,
  options: WaitOptions,
): Promise<Judged | undefined> {
  const { group, deployment } = release;
  if (group === undefined) {
    return undefined;
  }
  const failed = othersFailure(release);
  const judged = judgements.of(release);
  if (failed !== undefined) {
    const finding = groupFailed(release, group, failed);
    if (deployment.kind !== "CronJob") {
      return lookFor(run, release, stored, finding, options);
    }
    const proved = judged && "scheduled" in judged ? judged.scheduled : undefined;
    const schedule = new ScheduledRelease(run, release, stored);
    return { scheduled: await schedule.lookFor(finding, proved, options) };
  }
  const isDone = group.failed !== undefined || deployment.kind === "CronJob";
  return judged === undefined || isDone ? judged : stillReady(run, release, judged, options);
}

/** What came up at its turn may have broken while the others were delivered: then it is judged anew. */
async function stillReady(
  run: Run,
  release: ReadinessInputs,
  judged: Judged,
  { signal }: WaitOptions,
): Promise<Judged | undefined> {
  if (!("judgement" in judged)) {
    return judged;
  }
  const { seconds } = judged.judgement;
  try {
    const present = await presentVerdict(new AwaitedRelease(run.cluster(), release), signal);
    const isReady = present.verdict.kind === "ready";
    return isReady ? { ...judged, judgement: { ...present, seconds } } : undefined;
  } catch {
    return undefined;
  }
}

/** A look at a member that is to be taken back: what somebody else has done to it meanwhile stays. */
async function lookFor(
  run: Run,
  release: ReadinessInputs,
  stored: Stored,
  finding: Failed,
  options: WaitOptions,
): Promise<Judged> {
  const startedAt = new Date().toISOString();
  const judged = (verdict: FinalVerdict, observed = UNSEEN): Judged => ({
    startedAt,
    judgement: { verdict, observed, seconds: 0 },
  });
  try {
    const awaited = new AwaitedRelease(run.cluster(), release);
    const { verdict, observed } = await presentVerdict(awaited, options.signal);
    const isOurs = verdict.kind === "ready" || REASONS[verdict.reason].rollsBack;
    return judged(isOurs && !isLastReady(release, stored) ? finding : verdict, observed);
  } catch (error) {
    const { object } = finding;
    const message = messageOf(error);
    return judged({ kind: "failed", reason: "cluster-unreachable", object, message });
  }
}

/** What is asked for again after a failure: there is nothing earlier to go back to. */
function isLastReady({ image, manifestHash }: ReadinessInputs, { lastReady }: Stored): boolean {
  return lastReady?.image === image && lastReady.manifestHash === manifestHash;
}

function groupFailed(
  { service, deployment }: ReadinessInputs,
  { name }: GroupInputs,
  { member, reason }: GroupFailure,
): Failed {
  const message = `${member} of the group ${name} has failed with ${reason}, so that ${service} goes back as well`;
  return { kind: "failed", reason: "group-failed", object: titleOf(deployment), message };
}
