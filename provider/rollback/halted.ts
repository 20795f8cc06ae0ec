import type { MigrationResult } from "../../contract/migration.ts";
import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { ReleaseRecord, RunningRelease } from "../../contract/release-record.ts";
import { called, standing } from "../release-words.ts";
import { judgeRestored, type Tools } from "./rollback.ts";
import { UNSEEN } from "../verdict/objects.ts";
import { type Reason, REASONS } from "../verdict/reasons.ts";
import { reportOn } from "../verdict/report.ts";
import type { Waited } from "../waiting/resource.ts";
import { afterVerdict } from "../readiness/history.ts";
import { recordOf } from "../readiness/record.ts";
import { nextState, outputsOf, type Stored } from "../readiness/state.ts";

/** The verdict on a release whose migration has failed: nothing of it was applied, and what ran before still runs. */
export async function haltedRelease(
  release: ReadinessInputs,
  { record: migration, halt }: MigrationResult,
  stored: Stored,
  tools: Tools,
): Promise<Waited> {
  const reason = reasonOf(migration.reason);
  const finding = { reason, object: `job ${migration.job}`, message: "" } as const;
  const { startedAt, seconds } = migration;
  const judgement = { verdict: { kind: "failed", ...finding }, observed: UNSEEN } as const;
  const made = recordOf(release, judgement, { startedAt, seconds }, stored.release);
  const running = await stillRunning(release, stored, tools);
  const note = noteOf(release, running);
  const evidence = halt && { ...halt.evidence, notes: [note, ...halt.evidence.notes] };
  const record: ReleaseRecord = { ...made, running, evidence };
  const state = nextState(record, stored, afterVerdict(stored.history, record));
  const headline = { service: release.service, reason, seconds };
  const failure = evidence ? reportOn(headline, evidence) : `${release.service}: ${reason}`;
  return { own: outputsOf(state), failure };
}

/** Why there is no verdict on a migration stays as it is: it says nothing of the migration. */
function reasonOf(found: string | null): Reason {
  const known = found !== null && found in REASONS ? (found as Reason) : undefined;
  return known !== undefined && REASONS[known].about !== "release" ? known : "migration-failed";
}

function noteOf(release: ReadinessInputs, running: RunningRelease | null): string {
  return running === null
    ? "no pod of the release was started, and nothing of what ran before was touched"
    : `no pod of the release was started: ${standing(running, release)}`;
}

/** The release that the pods still run, by a look at them. */
async function stillRunning(
  release: ReadinessInputs,
  { release: last, lastReady }: Stored,
  tools: Tools,
): Promise<RunningRelease | null> {
  const isLeft = last?.verdict === "failed" && last.running === null;
  if (lastReady === null || isLeft) {
    return null;
  }
  const { generation } = release.deployment;
  try {
    const { running } = await judgeRestored(release, lastReady, generation, { wait: false }, tools);
    return running;
  } catch {
    tools.progress(`${called(lastReady)} was not looked at`);
    return null;
  }
}
