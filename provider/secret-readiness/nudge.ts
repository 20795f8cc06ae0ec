import type { Api } from "../cluster/api.ts";
import { isPassing } from "../cluster/api-error.ts";

/**
 * Has a controller look at an object again, with a change that is undone: the object is afterwards as before. The next
 * call retries what had no answer. What is refused is left: the wait that follows says what is wrong with the object,
 * or that it does not exist.
 *
 * @param pointer what is written for a moment (RFC 6901)
 * @param isCalledFor asked first
 */
export function nudge(
  api: Api,
  path: string,
  pointer: string,
  isCalledFor: (signal: AbortSignal) => Promise<boolean> = () => Promise.resolve(true),
): (signal: AbortSignal) => Promise<void> {
  const write = async (operation: object, signal: AbortSignal) => {
    await api.patch(path, [{ path: pointer, ...operation }], {}, signal);
    return true;
  };
  const steps = [
    isCalledFor,
    (signal: AbortSignal) => write({ op: "add", value: "again" }, signal),
    (signal: AbortSignal) => write({ op: "remove" }, signal),
  ];
  return async (signal) => {
    for (let step = steps[0]; step !== undefined; step = steps[0]) {
      const continues = await step(signal).catch((error: unknown) => {
        if (isPassing(error)) {
          throw error;
        }
        return false;
      });
      steps.splice(0, continues ? 1 : steps.length);
    }
  };
}
