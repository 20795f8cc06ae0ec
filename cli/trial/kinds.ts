import type { Api } from "../../provider/cluster/api.ts";
import { ApiError } from "../../provider/cluster/api-error.ts";
import { rootOf } from "../../provider/cluster/collection.ts";

/** A kind of object of namespaces that can be listed and deleted. */
export interface Kind {
  /** Path of its objects in a namespace. */
  readonly path: (namespace: string) => string;
  /** As people write it, such as `deployments.apps`. */
  readonly resource: string;
}

interface Resource {
  readonly name: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

interface Group {
  readonly preferredVersion?: { readonly groupVersion?: string };
}

/**
 * What is no part of a trial: what says what happened; what bounds it, or holds it; and what no trial may write at all. What is derived of
 * other objects goes with them.
 */
const NOT_SWEPT = [
  "events",
  "events.events.k8s.io",
  "endpoints",
  "leases.coordination.k8s.io",
  "limitranges",
  "resourcequotas",
  "rolebindings.rbac.authorization.k8s.io",
  "roles.rbac.authorization.k8s.io",
];

/**
 * Every kind of which a namespace may have objects. A group whose server does not answer has none here: it would hold up every end.
 *
 * @throws Error if the API server does not say which groups there are
 */
export async function sweptKinds(api: Pick<Api, "get">, signal: AbortSignal): Promise<Kind[]> {
  const { groups = [] } = (await api.get("/apis", {}, signal)) as {
    readonly groups?: readonly Group[];
  };
  const versions = groups.flatMap(({ preferredVersion }) => preferredVersion?.groupVersion ?? []);
  const kinds = await Promise.all(["v1", ...versions].map((each) => kindsOf(api, each, signal)));
  return kinds.flat();
}

async function kindsOf(
  api: Pick<Api, "get">,
  version: string,
  signal: AbortSignal,
): Promise<Kind[]> {
  const root = rootOf(version);
  const [group = ""] = version.includes("/") ? version.split("/") : [];
  const found = (await api.get(root, {}, signal).catch(unanswered)) as {
    readonly resources?: readonly Resource[];
  };
  return (found.resources ?? []).flatMap(({ name, namespaced, verbs }) => {
    const resource = group === "" ? name : `${name}.${group}`;
    const isSwept =
      namespaced &&
      !name.includes("/") &&
      ["list", "delete"].every((verb) => verbs.includes(verb)) &&
      !NOT_SWEPT.includes(resource);
    const path = (namespace: string) =>
      `${root}/namespaces/${encodeURIComponent(namespace)}/${name}`;
    return isSwept ? [{ path, resource }] : [];
  });
}

function unanswered(error: unknown): object {
  if (error instanceof ApiError) {
    return {};
  }
  throw error;
}
