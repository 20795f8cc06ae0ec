import type { Api } from "./api.ts";
import { rootOf } from "./collection.ts";
import { find } from "./find.ts";

/** How the API server says that it serves a kind. */
export interface ServedResource {
  /** In the plural, as in paths and RBAC rules. */
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** What may be asked of its objects. */
  readonly verbs: readonly string[];
}

/** How the API server says that it serves a group. */
export interface ServedGroup {
  readonly versions?: readonly { readonly groupVersion: string }[];
}

/**
 * All API versions that are served beside the core group's, of each group the preferred one first.
 *
 * @throws `ApiError` for a refusal, the network's error if there is no answer
 */
export async function servedVersions(
  api: Pick<Api, "get">,
  signal: AbortSignal,
): Promise<string[]> {
  const { groups = [] } = (await api.get("/apis", {}, signal)) as {
    readonly groups?: readonly ServedGroup[];
  };
  return groups.flatMap(versionsOf);
}

/** The API versions of a group. */
export function versionsOf({ versions = [] }: ServedGroup): string[] {
  return versions.map(({ groupVersion }) => groupVersion);
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
