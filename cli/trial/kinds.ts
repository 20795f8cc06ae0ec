import type { Api } from "../../provider/cluster/api.ts";
import { ApiError } from "../../provider/cluster/api-error.ts";
import { atATime } from "../../provider/cluster/at-a-time.ts";
import { type Collection, nameOfCollection } from "../../provider/cluster/collection.ts";
import { servedResources, servedVersions } from "../../provider/cluster/served-resources.ts";
import { collectionOf } from "../../provider/object-readiness/api-resource.ts";

/** Questions that are asked at a time. */
const TOGETHER = 16;

/** What says what happened is no part of a trial. What is derived of other objects goes with them. */
const NOT_SWEPT = ["events", "events.events.k8s.io", "endpoints"];

/**
 * Every kind of which a namespace may have objects. A group whose server does not answer has none here: it would hold up every end.
 *
 * @throws Error if the API server does not say which groups there are
 */
export async function sweptKinds(
  api: Pick<Api, "get">,
  signal: AbortSignal,
): Promise<Collection[]> {
  const versions = ["v1", ...(await servedVersions(api, signal))];
  const kinds = await atATime(TOGETHER, versions, (each) => kindsOf(api, each, signal));
  // A kind has the same objects in each version that serves it.
  const named = kinds.flat().map((kind) => [nameOfCollection(kind), kind] as const);
  const firsts = new Map(named.toReversed());
  return named.flatMap(([name, kind]) => (firsts.get(name) === kind ? [kind] : []));
}

async function kindsOf(
  api: Pick<Api, "get">,
  apiVersion: string,
  signal: AbortSignal,
): Promise<Collection[]> {
  const found = await servedResources(api, apiVersion, signal).catch(unanswered);
  return found
    .filter(
      ({ namespaced, verbs }) =>
        namespaced && ["list", "delete"].every((verb) => verbs.includes(verb)),
    )
    .map(({ name, namespaced }) => collectionOf({ apiVersion, resource: name, namespaced }))
    .filter((kind) => !NOT_SWEPT.includes(nameOfCollection(kind)));
}

function unanswered(error: unknown): never[] {
  if (error instanceof ApiError) {
    return [];
  }
  throw error;
}
