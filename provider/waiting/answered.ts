import { ApiError, isPassing } from "../cluster/api-error.ts";
import { pause } from "../cluster/pause.ts";
import { FIRST_ANSWER_MILLISECONDS } from "./trouble.ts";

const PAUSE_MILLISECONDS = 1000;

/**
 * Retries something on the cluster until it is answered: an API server that restarts is waited for.
 * @param mayPass whether an error may pass; by default if there was no answer
 * @throws an error that does not pass, the last one when the time is over, or the signal's reason
 */
export async function answered<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
  mayPass = isPassing,
): Promise<T> {
  const until = performance.now() + FIRST_ANSWER_MILLISECONDS;
  for (;;) {
    try {
      signal.throwIfAborted();
      return await work();
    } catch (error) {
      if (signal.aborted || !mayPass(error) || performance.now() > until) {
        throw error;
      }
    }
    await pause(PAUSE_MILLISECONDS, signal);
  }
}

/** Whether to look again: the object changed between the look and the write, or there was no answer. */
export function isOutrun(error: unknown): boolean {
  const { status, message } = error instanceof ApiError ? error : { status: 0, message: "" };
  return isPassing(error) || status === 409 || (status === 422 && isTest(message));
}

/** The API server's words for a `test` of a JSON patch that did not hold. */
function isTest(message: string): boolean {
  return /testing value|test failed/i.test(message);
}
