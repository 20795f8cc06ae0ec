import { setTimeout as sleep } from "node:timers/promises";
import { type Log, PartialFailure, type Properties } from "../../../wire/plugin.ts";
import { idOf, type KubernetesObject } from "./object.ts";
import type { ObjectsApi } from "./objects-api.ts";
import { readinessOf } from "./readiness.ts";

const TIMEOUT_SECONDS = 600;
const SHORTEST_PAUSE_MILLISECONDS = 100;
const LONGEST_PAUSE_MILLISECONDS = 1000;

/** What a wait for an object works with. */
export interface WaitOptions {
  /** Of the resource's `customTimeouts`; 0 where the program sets none. */
  readonly timeoutSeconds: number;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** What the engine keeps of an object. */
  readonly outputsOf: (live: KubernetesObject) => Properties;
  /** What to say of an object that exists and is not ready. */
  readonly failureOf: (why: string) => string;
}

/**
 * The object once it is ready.
 *
 * @throws PartialFailure where it failed, did not get ready in time, or the run was interrupted
 */
export async function awaitReady(
  api: ObjectsApi,
  written: KubernetesObject,
  { timeoutSeconds, log, signal, outputsOf, failureOf }: WaitOptions,
): Promise<KubernetesObject> {
  const id = idOf(written.metadata);
  const name = `'${written.metadata.name ?? ""}'`;
  const status = onChange(log);
  let live = written;
  for await (const timeIsUp of ticks(deadlineOf(written, timeoutSeconds), signal)) {
    const readiness = readinessOf(live);
    if (readiness.state === "ready") {
      return live;
    }
    const { reasons } = readiness;
    if (readiness.state === "failed" || timeIsUp || signal.aborted) {
      const why = failureOf(
        signal.aborted
          ? `Resource operation was cancelled for ${name}`
          : `${name} timed out waiting to be Ready`,
      );
      const message = [why, ...reasons].join("; ");
      throw new PartialFailure(message, id, outputsOf(live), [why, ...reasons]);
    }
    status(reasons[0] ?? "");
    const found = await api.find(live);
    if (found === undefined) {
      throw new PartialFailure(failureOf(`${name} was deleted`), id, outputsOf(live));
    }
    live = found;
  }
  return live;
}

/** Settles when the object is gone, or a different one has taken its name. */
export async function awaitGone(
  api: ObjectsApi,
  deleted: KubernetesObject,
  { timeoutSeconds, log, signal }: Pick<WaitOptions, "timeoutSeconds" | "log" | "signal">,
): Promise<void> {
  const { uid } = deleted.metadata;
  const status = onChange(log);
  for await (const timeIsUp of ticks(deadlineOf(deleted, timeoutSeconds), signal)) {
    const live = await api.find(deleted);
    if (live === undefined || (uid !== undefined && live.metadata.uid !== uid)) {
      return;
    }
    if (timeIsUp || signal.aborted) {
      const { finalizers = [] } = live.metadata;
      throw new Error(
        `${live.kind} ${idOf(live.metadata)} is deleted but still there; it waits for ${finalizers.join(", ") || "its pods"}`,
      );
    }
    status("waiting until it is gone");
  }
}

/** Without a terminal, each status is a line of its own. */
function onChange(log: Log): (message: string) => void {
  let last = "";
  return (message) => {
    if (message !== last) {
      log.status(message);
    }
    last = message;
  };
}

function deadlineOf({ metadata }: KubernetesObject, timeoutSeconds: number): number {
  const annotated = Number(metadata.annotations?.["pulumi.com/timeoutSeconds"] ?? 0);
  return Date.now() + (timeoutSeconds || annotated || TIMEOUT_SECONDS) * 1000;
}

/** Ticks ever slower, without end; each says whether the time is up. */
async function* ticks(deadline: number, signal: AbortSignal): AsyncGenerator<boolean> {
  let pause = SHORTEST_PAUSE_MILLISECONDS;
  for (;;) {
    yield Date.now() >= deadline;
    await sleep(pause, undefined, { signal }).catch(() => undefined);
    pause = Math.min(pause * 1.5, LONGEST_PAUSE_MILLISECONDS);
  }
}
