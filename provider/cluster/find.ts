import type { Api } from "./api.ts";
import { ApiError } from "./api-error.ts";

/**
 * An object by its path, undefined if it does not exist.
 * @typeParam T its shape, which is not checked
 * @throws `ApiError` for a refusal, the network's error if there is no answer
 */
export async function find<T>(
  api: Pick<Api, "get">,
  path: string,
  signal: AbortSignal,
): Promise<T | undefined> {
  try {
    return (await api.get(path, {}, signal)) as T;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) {
      return undefined;
    }
    throw error;
  }
}
