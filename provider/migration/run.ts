import type { MigrationInputs } from "../../contract/migration.ts";
import { MIGRATION_MARGIN_SECONDS } from "../../contract/migration-key.ts";
import type { Cluster } from "../cluster.ts";
import { ApiError } from "../cluster/api-error.ts";
import { JOBS } from "../cluster/collection.ts";
import { pause } from "../cluster/pause.ts";
import { remove } from "../cluster/remove.ts";
import { AwaitedObject } from "../object-readiness/awaited-object.ts";
import { refusedJob } from "../scheduled/judge.ts";
import type { ObservedObject } from "../verdict/awaited-object.ts";
import type { Summary } from "../verdict/course.ts";
import type { Failed, FinalVerdict } from "../verdict/finding.ts";
import { isTrue, type Job, nameOf, uidOf } from "../verdict/objects.ts";
import { REASONS } from "../verdict/reasons.ts";
import { answered } from "../waiting/answered.ts";
import { interrupted } from "../waiting/trouble.ts";
import { awaitVerdict, type WaitOptions } from "../waiting/wait.ts";
import { hasBegun, isOf, isOver, presentJobs, stillRunning } from "./jobs.ts";

/** How soon to look again at what has to end first. */
const LOOK_MILLISECONDS = 1000;

/** How a migration has ended. */
export interface Ended {
  readonly verdict: FinalVerdict<Summary>;
  /** @default - there is none */
  readonly job?: Job;
  /** @default - nothing was seen of it */
  readonly observed?: ObservedObject;
  /** How long this run has waited. */
  readonly seconds: number;
}

/** One migration from whatever is there of it to its verdict. It never has two at a time run, and never the same one twice. */
export class MigrationRun {
  readonly #path: string;
  readonly #startedAt = performance.now();

  private readonly cluster: Cluster;
  private readonly migration: MigrationInputs;
  private readonly options: WaitOptions;
  private readonly tell: (text: string) => void;

  /** @param tell gets what people should know of what is done */
  constructor(
    cluster: Cluster,
    migration: MigrationInputs,
    options: WaitOptions,
    tell: (text: string) => void,
  ) {
    this.cluster = cluster;
    this.migration = migration;
    this.options = options;
    this.tell = tell;
    this.#path = JOBS.path(migration.namespace);
  }

  async ended(): Promise<Ended> {
    try {
      const found = await this.#found();
      return "failed" in found ? this.#without(found.failed) : await this.#awaited(found.job);
    } catch (error) {
      const { signal } = this.options;
      const { name } = this.migration.job.metadata;
      const title = `job ${name}`;
      return this.#without(
        signal.aborted
          ? interrupted({ title, name: title, noun: "job", namespace: this.migration.namespace })
          : refusedJob(error, name),
      );
    }
  }

  /** The Job to await: one that is there, or a new one once nothing else runs. */
  async #found(): Promise<{ readonly job: Job } | { readonly failed: Failed }> {
    const { name } = this.migration.job.metadata;
    const { signal, progress } = this.options;
    for (let seen: string | undefined, isFirst = true; ; isFirst = false) {
      const present = await this.#answer(() => presentJobs(this.cluster, this.migration, signal));
      const { own } = present;
      seen = isFirst ? own && uidOf(own) : seen;
      if (own !== undefined && own.metadata?.deletionTimestamp === undefined) {
        if (!isOf(this.migration, own)) {
          return { failed: foreign(name) };
        }
        // One that fails while somebody else's run awaits it is not what this run has found.
        if (!isTrue(own, "Failed") || uidOf(own) !== seen) {
          this.#tellOf(own);
          return { job: own };
        }
        this.tell(`job ${name} failed before; it is replaced`);
        await this.#answer(() => this.#remove(own, "Foreground"));
        continue;
      }
      const running = own === undefined ? stillRunning(present) : `job ${name}, which is deleted,`;
      if (running === undefined) {
        const made = await this.#created();
        if (made !== undefined) {
          return { job: made };
        }
        continue;
      }
      if (this.#seconds() > this.#limit()) {
        return { failed: stuck(name, running) };
      }
      progress(`waits for the end of ${running} before job ${name}`);
      await pause(LOOK_MILLISECONDS, signal);
      signal.throwIfAborted();
    }
  }

  /** Undefined if somebody else was faster. */
  async #created(): Promise<Job | undefined> {
    const { cluster, migration, options } = this;
    try {
      const post = () => cluster.api.post(this.#path, migration.job, options.signal);
      return (await this.#answer(post)) as Job;
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) {
        return undefined;
      }
      throw error;
    }
  }

  async #awaited(job: Job): Promise<Ended> {
    const { migration, options } = this;
    options.progress(`runs job ${nameOf(job)}`);
    const awaited = awaitedJob(this.cluster, migration, job);
    const { verdict, observed } = await awaitVerdict(awaited, options);
    const seen = (observed.object as Job | undefined) ?? job;
    const found = { job: seen, observed, seconds: this.#seconds() };
    if (verdict.kind === "ready") {
      return { ...found, verdict };
    }
    const failed = timed(verdict, observed, migration.timeoutSeconds);
    const isIdle = !isOver(seen) && !observed.pods.some(hasBegun);
    if (REASONS[failed.reason].about === "release" && isIdle && uidOf(seen) === uidOf(job)) {
      // What has not begun would begin when nobody looks.
      await this.#remove(job, "Background").catch(() => undefined);
      const note = `job ${nameOf(job)} has not begun, and was deleted`;
      return { ...found, verdict: { ...failed, notes: [...(failed.notes ?? []), note] } };
    }
    return { ...found, verdict: failed };
  }

  #without(verdict: Failed): Ended {
    return { verdict, seconds: this.#seconds() };
  }

  #tellOf(job: Job): void {
    const name = nameOf(job);
    this.tell(
      isTrue(job, "Complete")
        ? `job ${name} has ended well before; it does not run again`
        : `job ${name} runs already; this run waits for its end`,
    );
  }

  #remove(job: Job, propagationPolicy: "Foreground" | "Background"): Promise<void> {
    const { signal } = this.options;
    return remove(this.cluster.api, this.#path, job, signal, { propagationPolicy });
  }

  #answer<T>(work: () => Promise<T>): Promise<T> {
    return answered(work, this.options.signal);
  }

  #seconds(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }

  #limit(): number {
    return limitOf(this.migration);
  }
}

/** A Job, as what is waited for. */
export function awaitedJob(
  cluster: Cluster,
  migration: MigrationInputs,
  job: Job | undefined,
): AwaitedObject {
  const { service, namespace, warmupSeconds, tolerate, logs } = migration;
  const given = {
    ...(warmupSeconds !== undefined && { warmupSeconds }),
    ...(tolerate !== undefined && { tolerate }),
    ...(logs !== undefined && { logs }),
  };
  return new AwaitedObject(
    cluster,
    {
      apiVersion: "batch/v1",
      kind: "Job",
      namespace,
      name: migration.job.metadata.name,
      uid: (job && uidOf(job)) ?? "none",
      deadlineSeconds: limitOf(migration),
      ...given,
    },
    service,
  );
}

/** Kubernetes ends a Job before that by itself. */
function limitOf({ timeoutSeconds }: MigrationInputs): number {
  return timeoutSeconds + 2 * MIGRATION_MARGIN_SECONDS;
}

/** A failure by the time that the settings give it says so. */
function timed(failed: Failed, { pods }: ObservedObject, timeoutSeconds: number): Failed {
  const isLate =
    failed.reason === "job-failed" &&
    (failed.message.startsWith("DeadlineExceeded") ||
      pods.some(({ status }) => status?.reason === "DeadlineExceeded"));
  return isLate
    ? {
        ...failed,
        reason: "timed-out",
        message: `ran longer than migrate.timeoutSeconds, ${timeoutSeconds} s: ${failed.message}`,
      }
    : failed;
}

function foreign(name: string): Failed {
  const message = `job ${name} exists, and does not run this migration; somebody else has created it: delete it`;
  return { kind: "failed", reason: "migration-failed", object: `job ${name}`, message };
}

function stuck(name: string, running: string): Failed {
  const message = `${running} still runs, and no two migrations run at a time; wait for its end, or delete it`;
  return { kind: "failed", reason: "timed-out", object: `job ${name}`, message };
}
