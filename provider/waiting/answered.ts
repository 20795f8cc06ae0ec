import { ApiError, isPassing } from "../cluster/api-error.ts";
import { pause } from "../cluster/pause.ts";
import { FIRST_ANSWER_MILLISECONDS } from "./trouble.ts";

const PAUSE_MILLISECONDS = 1000;

/**
 * Retries something on the cluster until it is answered: an API server that restarts is waited for.
 * @param mayPass whether an error may pass; by default if there was no answer
 * @param patience milliseconds
 * @throws an error that does not pass, the last one when the time is over, or the signal's reason if there was none
 */
export async function answered<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
  mayPass = isPassing,
  patience = FIRST_ANSWER_MILLISECONDS,
): Promise<T> {
  const until = performance.now() + patience;
  signal.throwIfAborted();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error) || performance.now() > until || !(await isTimeLeft(signal))) {
        throw error;
      }
    }
  }
}

/** Whether the signal leaves time for another try after a pause. */
async function isTimeLeft(signal: AbortSignal): Promise<boolean> {
  await pause(PAUSE_MILLISECONDS, signal);
  return !signal.aborted;
}

/** Whether to look again: the object changed between the look and the write, or there was no answer. */
export function isOutrun(error: unknown): boolean {
  const { status, message } = error instanceof ApiError ? error : { status: 0, message: "" };
  return isPassing(error) || status === 409 || (status === 422 && isTest(message));
}

/** The API server's words for a `test` of a JSON patch that did not hold; some say no more than that the patch was refused. */
function isTest(message: string): boolean {
  return /testing value|test failed|due to an error in our request/i.test(message);
}
