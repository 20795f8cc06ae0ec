import type { ObjectReadinessInputs } from "../../contract/object-readiness.ts";
import type { Api, Query } from "../cluster/api.ts";
import { type Collection, rootOf } from "../cluster/collection.ts";
import { servedResources } from "../cluster/served-resources.ts";
import { groupOf } from "../verdict/object-kinds.ts";

/** How the API server serves a kind. */
export interface ApiResource {
  readonly apiVersion: string;
  /** In the plural, as in paths and RBAC rules. */
  readonly resource: string;
  readonly namespaced: boolean;
}

/**
 * Asks how a kind is served.
 * @returns undefined for a kind that the API server does not know
 * @throws `ApiError` for a refusal, the network's error if there is no answer
 */
export async function discover(
  api: Api,
  { apiVersion, kind }: Pick<ObjectReadinessInputs, "apiVersion" | "kind">,
  signal: AbortSignal,
): Promise<ApiResource | undefined> {
  const resources = await servedResources(api, apiVersion, signal);
  const found = resources.find((resource) => resource.kind === kind);
  return found && { apiVersion, resource: found.name, namespaced: found.namespaced };
}

/** The objects of a kind, or some of them. */
export function collectionOf(
  { apiVersion, resource, namespaced }: ApiResource,
  fieldSelector?: string,
): Collection {
  const query: Query = fieldSelector === undefined ? {} : { fieldSelector };
  const path = (namespace: string) =>
    `${rootOf(apiVersion)}${namespaced ? `/namespaces/${namespace}` : ""}/${resource}`;
  return { resource, group: groupOf(apiVersion), query, path };
}
