import type { ServedKind, ServedKinds, ServedKindsArgs } from "../contract/served-kinds.ts";
import type { Api } from "./cluster/api.ts";
import { atATime } from "./cluster/at-a-time.ts";
import { find } from "./cluster/find.ts";
import { oneLine } from "./cluster/one-line.ts";
import {
  type ServedGroup,
  servedResources,
  servedVersions,
  versionsOf,
} from "./cluster/served-resources.ts";

/** Questions that are asked at a time: a cluster has a hundred groups of APIs at most. */
const TOGETHER = 8;

/**
 * The function `slipway:index:servedKinds`: the API server's version and all kinds that it serves, or the kinds of one group, whose
 * definitions an administrator installs. A group whose own server does not answer is left out, as kubectl leaves it out.
 *
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#discovery
 */
export async function servedKinds(
  { group }: ServedKindsArgs,
  api: Pick<Api, "get">,
  signal: AbortSignal,
): Promise<ServedKinds> {
  if (group !== undefined) {
    const found = await kindsOfGroup(api, group, signal).catch(unlessEnded(signal));
    return found === undefined ? {} : { kinds: found };
  }
  const { gitVersion } = (await api.get("/version", {}, signal)) as { readonly gitVersion: string };
  const versions = await servedVersions(api, signal);
  const core = await kindsOf(api, "v1", signal);
  const others = await atATime(TOGETHER, versions, (apiVersion) =>
    kindsOf(api, apiVersion, signal).catch(unlessEnded(signal)),
  );
  return { version: gitVersion, kinds: [...core, ...others.flatMap((kinds) => kinds ?? [])] };
}

/** None of a group that the API server does not serve. */
async function kindsOfGroup(
  api: Pick<Api, "get">,
  group: string,
  signal: AbortSignal,
): Promise<ServedKind[]> {
  const found = await find<ServedGroup>(api, `/apis/${group}`, signal);
  const kinds = await atATime(TOGETHER, versionsOf(found ?? {}), (apiVersion) =>
    kindsOf(api, apiVersion, signal),
  );
  return kinds.flat();
}

async function kindsOf(
  api: Pick<Api, "get">,
  apiVersion: string,
  signal: AbortSignal,
): Promise<ServedKind[]> {
  const resources = await servedResources(api, apiVersion, signal);
  return resources.map(({ name, kind, namespaced }) => ({
    apiVersion: oneLine(apiVersion),
    kind,
    resource: name,
    namespaced,
  }));
}

function unlessEnded(signal: AbortSignal) {
  return (error: unknown): undefined => {
    if (signal.aborted) {
      throw error;
    }
  };
}
