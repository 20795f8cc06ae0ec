import { nameOf, type ObjectMeta, uidOf } from "../verdict/objects.ts";
import type { Api } from "./api.ts";
import { ApiError } from "./api-error.ts";

/**
 * Deletes an object, unless it is gone. A different one of its name stays.
 *
 * @param collection path of the objects of its kind
 * @param options further fields of DeleteOptions
 * @throws `ApiError` for a refusal, the network's error if there is no answer
 */
export async function remove(
  api: Pick<Api, "delete">,
  collection: string,
  object: { readonly metadata?: ObjectMeta },
  signal: AbortSignal,
  options: object = {},
): Promise<void> {
  const preconditions = { uid: uidOf(object) };
  const body = { apiVersion: "v1", kind: "DeleteOptions", ...options, preconditions };
  try {
    await api.delete(`${collection}/${nameOf(object)}`, body, signal);
  } catch (error) {
    if (!(error instanceof ApiError && [404, 409].includes(error.status))) {
      throw error;
    }
  }
}
