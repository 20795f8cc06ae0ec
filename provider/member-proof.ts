import { readinessInputs, type ReadinessInputs } from "../contract/readiness.ts";
import type { ReleaseRecord } from "../contract/release-record.ts";
import { changedPaths, parsed } from "./input-schema.ts";
import type { Judgements } from "./member/judgements.ts";
import { isTakenBack } from "./member/taken-back.ts";
import { type Beginning, judgeRelease } from "./readiness/judge-release.ts";
import { firstLook } from "./readiness/first-look.ts";
import { haltedRelease } from "./rollback/halted.ts";
import { recordOf } from "./readiness/record.ts";
import { RELEASE_RESOURCE } from "./readiness/release-resource.ts";
import { stateOf } from "./readiness/state.ts";
import type { Run } from "./resource.ts";
import { type Mark, markOf } from "./rollback/mark.ts";
import { isAskedAnew, retry } from "./rollback/retry.ts";
import { failedRecord } from "./rollback/standing.ts";
import { ScheduledRelease } from "./scheduled/scheduled-release.ts";
import type { AwaitedType, Waited } from "./waiting/resource.ts";
import type { WaitOptions } from "./waiting/wait.ts";
import type { Change, Properties, Subject } from "../wire/plugin.ts";
import { UNKNOWN } from "../wire/unknown.ts";

/**
 * `slipway:index:MemberProof`: waits until a member of a group is proved, which the next one waits for. It never fails the run
 * and rolls nothing back: the member's `Readiness` does, once the group has its verdict, and keeps the record of the earlier
 * release until then.
 */
export class MemberProof implements AwaitedType {
  readonly identity = RELEASE_RESOURCE.identity;
  readonly check = RELEASE_RESOURCE.check;
  readonly isReady = RELEASE_RESOURCE.isReady;
  readonly idOf = RELEASE_RESOURCE.idOf;
  readonly own = ["release"] as const;
  readonly #run: Run;
  readonly #judgements: Judgements;

  constructor(run: Run, judgements: Judgements) {
    this.#run = run;
    this.#judgements = judgements;
  }

  /** The state does not know what was taken back for a different member. */
  async changes(_subject: Subject, change: Change): Promise<string[]> {
    const changed = changedPaths(change.oldInputs, change.news);
    const isSame = changed.length === 0 && this.isReady(change.oldOutputs);
    return isSame && (await isTakenBack(this.#run, change.news)) ? [this.own[0]] : changed;
  }

  expected(): Properties {
    return { release: UNKNOWN };
  }

  async wait(
    subject: Subject,
    inputs: Properties,
    outputs: Properties | undefined,
    options: WaitOptions,
  ): Promise<Waited> {
    const release = parsed(readinessInputs, inputs);
    const stored = stateOf(outputs ?? {});
    const cluster = this.#run.cluster();
    if (release.migrated?.halt) {
      // Its Readiness says why.
      const { context } = this.#run;
      const tools = { ...options, cluster, context, explain: () => Promise.resolve("") };
      const { own } = await haltedRelease(release, release.migrated, stored, tools);
      return waited(release, own["release"] as ReleaseRecord, options);
    }
    const begun = { ...options, startedAt: performance.now() };
    const again = isAskedAnew(outputs ?? {}, inputs)
      ? await retry(cluster, subject, release, stored, begun)
      : undefined;
    const deployment = await firstLook(cluster, release, begun);
    const mark = markOf(release, deployment);
    if (mark !== undefined) {
      return waited(release, markedRecord(release, mark, stored.release), options);
    }
    const beginning = { again, stored, deployment };
    const record = await this.#judge(subject, release, beginning, begun);
    return waited(release, record, options);
  }

  /** The state of its Readiness says what a look finds. */
  look(_subject: Subject, _inputs: Properties, { release }: Properties): Promise<Properties> {
    return Promise.resolve({ release });
  }

  async #judge(
    subject: Subject,
    release: ReadinessInputs,
    beginning: Beginning,
    options: WaitOptions,
  ): Promise<ReleaseRecord> {
    const startedAt = new Date().toISOString();
    const { stored } = beginning;
    if (release.deployment.kind === "CronJob") {
      const member = new ScheduledRelease(this.#run, release, stored);
      const scheduled = await member.find(options);
      this.#judgements.keep(release, { scheduled });
      return member.recordOf(scheduled);
    }
    const cluster = this.#run.cluster();
    const judgement = await judgeRelease(cluster, subject, release, beginning, options);
    this.#judgements.keep(release, { judgement, startedAt });
    return recordOf(release, judgement, { startedAt, seconds: judgement.seconds }, stored.release);
  }
}

/** A record that was stored before knows what the release can be tried again by. */
function markedRecord(
  release: ReadinessInputs,
  mark: Mark,
  stored: ReleaseRecord | undefined,
): ReleaseRecord {
  const record = failedRecord(release, mark, stored);
  const isSame = stored?.generation === record.generation && stored.image === record.image;
  return { ...record, replicaSet: isSame ? stored.replicaSet : null };
}

function waited(
  { service }: ReadinessInputs,
  release: ReleaseRecord,
  { signal }: WaitOptions,
): Waited {
  const own = { release };
  return signal.aborted
    ? { own, failure: `${service}: interrupted before its group had a verdict` }
    : { own };
}
