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

/** What is known of a member once its group has a verdict. */
export interface KnownMember {
  /** The member, with the failure of its group. */
  readonly release: ReadinessInputs;
  readonly judged: Judged;
}

/** What a member is judged with. */
interface Circumstances {
  readonly run: Run;
  readonly stored: Stored;
  readonly options: WaitOptions;
}

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
 * What is known of a member once its group has a verdict. What came up at its turn may have broken while the others were
 * delivered: then the group has failed after all.
 *
 * @returns undefined if it is to be judged now
 */
export async function memberJudgement(
  release: ReadinessInputs,
  judgements: Judgements,
  at: Circumstances,
): Promise<KnownMember | undefined> {
  const { group } = release;
  if (group === undefined) {
    return undefined;
  }
  const judged = judgements.of(release);
  const hasFailed = judged !== undefined && verdictOf(judged).kind === "failed";
  if (hasFailed && othersFailure(release) === undefined) {
    return { release, judged };
  }
  const failed = group.failed ?? (await brokenSince(judgements.inSetOf(release), at));
  if (failed !== undefined) {
    // Without a word of this run on a member that has failed itself, it is judged now.
    const isOwn = failed.member === release.service && judged === undefined;
    return isOwn ? undefined : goingBack({ ...release, group: { ...group, failed } }, judged, at);
  }
  return judged && { release, judged };
}

function verdictOf(judged: Judged): FinalVerdict {
  return "scheduled" in judged ? judged.scheduled.found.verdict : judged.judgement.verdict;
}

/** The first of these members that is not ready any more. */
async function brokenSince(
  members: readonly ReadinessInputs[],
  at: Circumstances,
): Promise<GroupFailure | undefined> {
  for (const member of members) {
    const verdict = await presentOf(member, at);
    if (verdict?.kind === "failed") {
      return { member: member.service, reason: verdict.reason };
    }
  }
  return undefined;
}

/** The verdict of this moment; undefined if the cluster does not say. */
async function presentOf(
  release: ReadinessInputs,
  { run, options }: Circumstances,
): Promise<FinalVerdict | undefined> {
  try {
    const awaited = new AwaitedRelease(run.cluster(), release);
    return (await presentVerdict(awaited, options.signal)).verdict;
  } catch {
    return undefined;
  }
}

/** A look at a member that is to be taken back: what somebody else has done to it meanwhile stays. */
async function goingBack(
  release: ReadinessInputs,
  judged: Judged | undefined,
  { run, stored, options }: Circumstances,
): Promise<KnownMember> {
  const finding = groupFailed(release);
  if (release.deployment.kind === "CronJob") {
    const proved = judged && "scheduled" in judged ? judged.scheduled : undefined;
    const schedule = new ScheduledRelease(run, release, stored);
    return { release, judged: { scheduled: await schedule.lookFor(finding, proved, options) } };
  }
  const startedAt = new Date().toISOString();
  const known = (verdict: FinalVerdict, observed = UNSEEN): KnownMember => ({
    release,
    judged: { startedAt, judgement: { verdict, observed, seconds: 0 } },
  });
  try {
    const awaited = new AwaitedRelease(run.cluster(), release);
    const { verdict, observed } = await presentVerdict(awaited, options.signal);
    return known(reasonToGo(release, stored, verdict) ? finding : verdict, observed);
  } catch (error) {
    const { object } = finding;
    const message = messageOf(error);
    return known({ kind: "failed", reason: "cluster-unreachable", object, message });
  }
}

/** Whether a member goes back for its group: what was asked for again after a failure has nothing earlier to go back to. */
function reasonToGo(
  { service, image, manifestHash, group }: ReadinessInputs,
  { lastReady }: Stored,
  verdict: FinalVerdict,
): boolean {
  const isLastReady = lastReady?.image === image && lastReady.manifestHash === manifestHash;
  if (verdict.kind === "ready") {
    return !isLastReady;
  }
  const isOwn = group?.failed?.member === service;
  return REASONS[verdict.reason].rollsBack && !isLastReady && !isOwn;
}

function groupFailed({ service, deployment, group }: ReadinessInputs): Failed {
  const { name, failed } = group as GroupInputs;
  const { member = service, reason = "" } = failed ?? {};
  const message = `${member} of the group ${name} has failed with ${reason}, so that ${service} goes back as well`;
  return { kind: "failed", reason: "group-failed", object: titleOf(deployment), message };
}
