import type { Api } from "./api.ts";
import { rootOf } from "./collection.ts";
import { find } from "./find.ts";

/** How the API server says that it serves a kind. */
export interface ServedResource {
  /** In the plural, as in paths and RBAC rules. */
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/**
 * The kinds of an API version, without their subresources; none of one that is not served.
 *
 * @throws `ApiError` for a refusal, the network's error if there is no answer
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#discovery
 */
export async function servedResources(
  api: Pick<Api, "get">,
  apiVersion: string,
  signal: AbortSignal,
): Promise<ServedResource[]> {
  const list = await find<{ readonly resources?: readonly ServedResource[] }>(
    api,
    rootOf(apiVersion),
    signal,
  );
  return (list?.resources ?? []).filter(({ name }) => !name.includes("/"));
}
