import type { ServedKind, ServedKinds } from "../contract/served-kinds.ts";
import type { Properties } from "../wire/plugin.ts";
import type { Api } from "./cluster/api.ts";
import { atATime } from "./cluster/at-a-time.ts";
import { find } from "./cluster/find.ts";

/** Questions that are asked at a time: a cluster has a hundred groups of APIs at most. */
const TOGETHER = 8;

interface Groups {
  readonly groups?: readonly {
    readonly versions?: readonly { readonly groupVersion: string }[];
  }[];
}

interface Resources {
  readonly resources?: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
  }[];
}

/**
 * The function `slipway:index:servedKinds`: the API server's version and all kinds that it serves. A group whose own server
 * does not answer is left out, as kubectl leaves it out.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#discovery
 */
export async function servedKinds(api: Pick<Api, "get">, signal: AbortSignal): Promise<Properties> {
  const { gitVersion } = (await api.get("/version", {}, signal)) as { readonly gitVersion: string };
  const { groups = [] } = (await api.get("/apis", {}, signal)) as Groups;
  const versions = groups.flatMap(({ versions: each = [] }) =>
    each.map(({ groupVersion }) => groupVersion),
  );
  const kinds = await atATime(TOGETHER, ["v1", ...versions], (apiVersion) =>
    kindsOf(api, apiVersion, signal),
  );
  return { version: gitVersion, kinds: kinds.flat() } satisfies ServedKinds;
}

async function kindsOf(
  api: Pick<Api, "get">,
  apiVersion: string,
  signal: AbortSignal,
): Promise<ServedKind[]> {
  const path = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const answer =
    apiVersion === "v1"
      ? await api.get(path, {}, signal)
      : await find<Resources>(api, path, signal).catch(unlessEnded(signal));
  const { resources = [] } = (answer ?? {}) as Resources;
  return resources
    .filter(({ name }) => !name.includes("/"))
    .map(({ name, kind, namespaced }) => ({ apiVersion, kind, resource: name, namespaced }));
}

function unlessEnded(signal: AbortSignal) {
  return (error: unknown): undefined => {
    if (signal.aborted) {
      throw error;
    }
  };
}
