import type { ObjectReadinessInputs } from "../../contract/object-readiness.ts";
import type { Api, Query } from "../cluster/api.ts";
import type { Collection } from "../cluster/collection.ts";
import { find } from "../cluster/find.ts";
import { groupOf } from "../verdict/object-kinds.ts";

/** How the API server serves a kind. */
export interface ApiResource {
  readonly apiVersion: string;
  /** In the plural, as in paths and RBAC rules. */
  readonly resource: string;
  readonly namespaced: boolean;
}

interface ResourceList {
  readonly resources?: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
  }[];
}

/**
 * Asks how a kind is served.
 * @returns undefined for a kind that the API server does not know
 * @throws `ApiError` for a refusal, the network's error if there is no answer
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#discovery
 */
export async function discover(
  api: Api,
  { apiVersion, kind }: Pick<ObjectReadinessInputs, "apiVersion" | "kind">,
  signal: AbortSignal,
): Promise<ApiResource | undefined> {
  const { resources = [] } = (await find<ResourceList>(api, rootOf(apiVersion), signal)) ?? {};
  const found = resources.find(({ name, kind: served }) => served === kind && !name.includes("/"));
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

function rootOf(apiVersion: string): string {
  return groupOf(apiVersion) === "" ? `/api/${apiVersion}` : `/apis/${apiVersion}`;
}
