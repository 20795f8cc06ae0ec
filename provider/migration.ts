import {
  type Halt,
  migrationInputs,
  type MigrationInputs,
  type MigrationResult,
  type ProvedMigration,
} from "../contract/migration.ts";
import type { MigrationRecord } from "../contract/migration-record.ts";
import type { Change, CheckResult, Properties, Subject } from "../wire/plugin.ts";
import { UNKNOWN } from "../wire/unknown.ts";
import { JOBS } from "./cluster/collection.ts";
import { remove } from "./cluster/remove.ts";
import { changedPaths, faultsOf, parsed } from "./input-schema.ts";
import { isOver, presentJobs } from "./migration/jobs.ts";
import {
  type Memory,
  memoryOf,
  provedBefore,
  recordOfProved,
  remembered,
} from "./migration/memory.ts";
import { hints, kept, logIn, recordOf } from "./migration/record.ts";
import { awaitedJob, type Ended, MigrationRun } from "./migration/run.ts";
import { rests, runs, runsAgain } from "./migration/words.ts";
import type { Resource, Run } from "./resource.ts";
import type { ObservedObject } from "./verdict/awaited-object.ts";
import type { Failed } from "./verdict/finding.ts";
import { type Job, nameOf } from "./verdict/objects.ts";
import { answered } from "./waiting/answered.ts";
import { reportOf } from "./waiting/report.ts";
import { type AwaitedType, awaitedResource, type Waited } from "./waiting/resource.ts";
import type { WaitOptions } from "./waiting/wait.ts";

/** What makes a migration a different one, or its record. */
const TELLING = ["service", "namespace", "key", "back"];

/**
 * `slipway:index:Migration`: runs what migrates a service's database, once for each image and command. What was proved is in the
 * state; so it never runs again, also when its Job is gone.
 */
class Migration implements AwaitedType {
  readonly identity = ["namespace", "service"];
  readonly own = ["result", "proved"] as const;
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  check(news: Properties): CheckResult {
    return { inputs: news, failures: faultsOf(migrationInputs, news) };
  }

  isReady(outputs: Properties): boolean {
    return memoryOf(outputs).result?.record.verdict === "ready";
  }

  changes(_subject: Subject, { oldInputs, news }: Change): string[] {
    return changedPaths(oldInputs, news).filter((path) => TELLING.includes(path));
  }

  idOf({ namespace, service }: Properties): string {
    return `${String(namespace)}/${String(service)}`;
  }

  expected({ log }: Subject, news: Properties, stored?: Change): Properties {
    const memory = memoryOf(stored?.oldOutputs ?? {});
    const { data: known } = migrationInputs.safeParse(news);
    const proved = known && provedBefore(memory, known.key);
    const service = String(news["service"]);
    if (known !== undefined && proved !== undefined) {
      log.info(`${service}: ${rests(known, proved)}`);
      return resting(known, memory, proved);
    }
    const last = memory.result?.record;
    const isAgain = last?.verdict === "failed" && known?.job.metadata.name === last.job;
    log.info(`${service}: ${isAgain ? runsAgain(news, last) : runs(news)}`);
    return Object.fromEntries(this.own.map((key) => [key, UNKNOWN]));
  }

  /** A failure is no error here: what depends on it looks at the result. */
  async wait(
    { log }: Subject,
    inputs: Properties,
    outputs: Properties = {},
    options: WaitOptions,
  ): Promise<Waited> {
    const migration = parsed(migrationInputs, inputs);
    const { service, key } = migration;
    const memory = memoryOf(outputs);
    const proved = provedBefore(memory, key);
    if (proved !== undefined) {
      return { own: resting(migration, memory, proved) };
    }
    log.info(`${service}: ${runs(inputs)}`);
    const tell = (text: string) => {
      log.info(`${service}: ${text}`);
    };
    const ended = await new MigrationRun(this.#run.cluster(), migration, options, tell).ended();
    const { verdict } = ended;
    if (verdict.kind === "failed") {
      const halt = await this.#halt(migration, ended, verdict);
      const found = { verdict: "failed", reason: verdict.reason, log: logIn(halt) } as const;
      return { own: own(recordOf(migration, memory, ended, found), halt, memory.proved) };
    }
    const lines = await this.#log(migration, ended.observed, options);
    const found = { verdict: "ready", reason: null, log: lines } as const;
    const record = recordOf(migration, memory, ended, found);
    await this.#clear(migration, options);
    return { own: own(record, null, remembered(memory, key, record)) };
  }

  /** A look runs nothing, and what was proved stays so when its Job is cleared away. */
  look(_subject: Subject, _inputs: Properties, outputs: Properties): Promise<Properties> {
    return Promise.resolve(Object.fromEntries(this.own.map((key) => [key, outputs[key]])));
  }

  /** Deletes all that there is of a service's migrations, except if the namespace has gone with it. */
  async remove(inputs: Properties, signal: AbortSignal): Promise<void> {
    const migration = parsed(migrationInputs, inputs);
    const cluster = this.#run.cluster();
    const { own, others } = await answered(() => presentJobs(cluster, migration, signal), signal);
    const made = own === undefined ? others : [own, ...others];
    await this.#removeAll(migration, made, signal);
  }

  /** The Jobs of earlier migrations, once a later one has ended well. */
  async #clear(migration: MigrationInputs, { signal }: WaitOptions): Promise<void> {
    try {
      const { others } = await presentJobs(this.#run.cluster(), migration, signal);
      await this.#removeAll(migration, others.filter(isOver), signal);
    } catch {
      // They do no harm, and the next one clears them away.
    }
  }

  async #removeAll(
    { namespace }: MigrationInputs,
    jobs: readonly Job[],
    signal: AbortSignal,
  ): Promise<void> {
    const { api } = this.#run.cluster();
    for (const job of jobs) {
      const how = { propagationPolicy: "Background" };
      await remove(api, JOBS.path(namespace), job, signal, how);
    }
  }

  async #log(
    { service, namespace, logs = true }: MigrationInputs,
    observed: ObservedObject | undefined,
    { signal }: WaitOptions,
  ): Promise<readonly string[]> {
    const pod = observed?.pods.find(({ status }) => status?.phase === "Succeeded");
    if (!logs || pod === undefined) {
      return [];
    }
    const source = { pod: nameOf(pod), container: service, previous: false };
    return kept((await this.#run.cluster().log(namespace, source, signal)).lines);
  }

  async #halt(migration: MigrationInputs, ended: Ended, finding: Failed): Promise<Halt> {
    const { context, signal } = this.#run;
    const cluster = this.#run.cluster();
    const awaited = awaitedJob(cluster, migration, ended.job);
    const { observed = awaited.nothing, seconds } = ended;
    const notes = [...(finding.notes ?? []), ...hints(migration, observed)];
    const found = { finding: { ...finding, notes }, observed, seconds };
    const { evidence } = await reportOf(awaited, context(), found, signal);
    const { namespace, service: name, kind } = migration;
    const live = await cluster.deployment(namespace, { name, kind }, signal).catch(() => undefined);
    const { uid = null, generation = 1 } = live?.metadata ?? {};
    return { evidence, uid, generation };
  }
}

/** The resource of {@link Migration}. Its deletion takes along the Jobs: the last one is kept until then. */
export function migrationResource(run: Run): Resource {
  const migration = new Migration(run);
  return {
    ...awaitedResource(migration, run.signal),
    delete: (_subject, { inputs }) => migration.remove(inputs, run.signal),
  };
}

/** The outputs of a migration that is not run. */
function resting(migration: MigrationInputs, memory: Memory, proved: ProvedMigration): Properties {
  return own(recordOfProved(memory, proved, migration), null, memory.proved);
}

function own(record: MigrationRecord, halt: Halt | null, proved: Memory["proved"]): Properties {
  const result: MigrationResult = { record, halt };
  return { result, proved };
}
