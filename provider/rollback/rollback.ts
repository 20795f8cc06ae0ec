import type { ReadinessInputs } from "../../contract/readiness.ts";
import {
  LISTED_PODS,
  type ProvedRelease,
  type RunningRelease,
} from "../../contract/release-record.ts";
import { kindOf } from "../../contract/workload-kind.ts";
import type { Cluster } from "../cluster.ts";
import { AwaitedRelease } from "../readiness/awaited-release.ts";
import type { FinalVerdict } from "../verdict/finding.ts";
import type { Observed } from "../verdict/objects.ts";
import type { Case } from "../waiting/report.ts";
import { awaitVerdict, presentVerdict, type WaitOptions } from "../waiting/wait.ts";
import { handBack } from "./hand-back.ts";
import { newMark } from "./mark.ts";
import type { Plan } from "./plan.ts";
import { restore } from "./restore.ts";
import { called, scopeOf } from "../release-words.ts";

/** What a rollback has come to. */
export interface Outcome {
  /** What runs instead of the failed release; null if that itself runs. */
  readonly running: RunningRelease | null;
  readonly report: string;
}

/** A finding on a release, to be reported. */
export interface ReleaseCase extends Case<Observed> {
  readonly release: ReadinessInputs;
}

/** What a rollback works with. */
export interface Tools extends WaitOptions {
  readonly cluster: Cluster;
  /** The kubeconfig's context. */
  readonly context: () => string;
  /** Puts a failed verdict on the restored release into words. */
  readonly explain: (found: ReleaseCase) => Promise<string>;
}

/** What a rollback of a release that is handed off restores. */
const WRITTEN =
  "its files were restored where they are written, with all that the service had; no database migration was undone";

/** Restores the last release that was ready, and judges it by the same rules. */
export async function rollBack(
  { release, finding: { reason }, observed }: ReleaseCase,
  { to, template }: Extract<Plan, { kind: "restore" }>,
  tools: Tools,
): Promise<Outcome> {
  const { service } = release;
  const target = called(to, release);
  const scope = release.handOff === undefined ? scopeOf(release, to) : WRITTEN;
  tools.progress(`rolls back to ${target}`);
  const restoration =
    release.handOff === undefined
      ? await restore(tools.cluster, {
          release,
          judged: observed.deployment,
          template,
          mark: newMark(release, reason),
          signal: tools.signal,
        })
      : await handBack(release, to, reason, tools);
  if (restoration.kind === "refused") {
    const report = `${service}: not rolled back to ${target}: ${restoration.why}`;
    return { running: null, report };
  }
  const restored = inputsOf(release, to, restoration.generation);
  const awaited = new AwaitedRelease(tools.cluster, restored, { broken: "others" });
  const judgement = await awaitVerdict(awaited, {
    signal: tools.signal,
    timeoutSeconds: tools.timeoutSeconds,
    progress: (text) => {
      tools.progress(`rolls back: ${text}`);
    },
  });
  const { verdict, seconds } = judgement;
  const running = runningOf(to, verdict);
  if (verdict.kind === "ready") {
    const report = `${service}: rolled back to ${target}, ready after ${Math.round(seconds)} s; ${scope}`;
    return { running, report };
  }
  if (verdict.reason === "interrupted") {
    const report = `${service}: rolled back to ${target}, and interrupted before it was ready; the next pulumi up continues from there; ${scope}`;
    return { running, report };
  }
  const { observed: shown } = judgement;
  const found = { release: restored, finding: verdict, observed: shown, seconds };
  const why = await tools.explain(found);
  const report = `${service}: the rollback to ${target} failed, too; ${scope}\n${why}`;
  return { running, report };
}

/**
 * How the release that a rollback restored is doing.
 * @param generation `metadata.generation` that the Deployment has at least since then
 * @param options.wait until it is ready or has failed; otherwise this moment counts
 */
export async function judgeRestored(
  release: ReadinessInputs,
  to: ProvedRelease,
  generation: number,
  { wait }: { readonly wait: boolean },
  { cluster, signal, timeoutSeconds, progress, explain }: Tools,
): Promise<Outcome> {
  if (kindOf(release.deployment) === "CronJob") {
    return { running: resting(to), report: "" };
  }
  const restored = inputsOf(release, to, generation);
  const awaited = new AwaitedRelease(cluster, restored, { broken: "others" });
  const { verdict, observed } = wait
    ? await awaitVerdict(awaited, { signal, timeoutSeconds, progress })
    : await presentVerdict(awaited, signal);
  const report =
    verdict.kind === "ready"
      ? ""
      : await explain({ release: restored, finding: verdict, observed, seconds: undefined });
  return { running: runningOf(to, verdict), report };
}

/** A schedule that was restored: it runs when its time comes, and was proved when it was released. */
export function resting(to: ProvedRelease): RunningRelease {
  return { ...to, verdict: "ready", reason: null, pods: [] };
}

function runningOf(to: ProvedRelease, verdict: FinalVerdict): RunningRelease {
  if (verdict.kind === "failed") {
    return { ...to, verdict: "failed", reason: verdict.reason, pods: [] };
  }
  const { replicaSet, pods } = verdict;
  return { ...to, verdict: "ready", reason: null, replicaSet, pods: pods.slice(0, LISTED_PODS) };
}

/** The inputs of the earlier release instead of the failed one. */
function inputsOf(
  release: ReadinessInputs,
  { commit, image, manifestHash }: ProvedRelease,
  generation: number,
): ReadinessInputs {
  const deployment = { ...release.deployment, generation };
  return { ...release, ...(commit !== null && { commit }), image, manifestHash, deployment };
}
