import type { Api } from "../cluster/api.ts";
import { ApiError } from "../cluster/api-error.ts";

/** An object, or undefined where it is not there. */
export async function find(api: Api, path: string, signal: AbortSignal): Promise<unknown> {
  try {
    return await api.get(path, {}, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) {
      return undefined;
    }
    throw error;
  }
}
