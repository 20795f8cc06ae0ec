import type { HandedIdentity, HandOffInputs } from "../../contract/hand-off.ts";
import type { Api } from "../cluster/api.ts";
import { DEFAULT_NAMESPACE } from "../cluster/collection.ts";
import { find } from "../cluster/find.ts";
import { collectionOf, discover } from "../object-readiness/api-resource.ts";
import { answered } from "../waiting/answered.ts";
import type { LiveObject } from "./drift.ts";

type Workload = HandOffInputs["workloads"][number];

/** Objects of the cluster by the keys of the workloads; without those that do not exist. */
export type Lives = ReadonlyMap<string, LiveObject>;

/** The objects as the controller has left them. */
export async function livesOf(
  workloads: readonly Workload[],
  api: Api,
  signal: AbortSignal,
): Promise<Lives> {
  const lives = await Promise.all(
    workloads.map(async (workload) => {
      const live = await answered(() => liveOf(workload, api, signal), signal);
      return live === undefined ? [] : [[workload.key, live] as const];
    }),
  );
  return new Map(lives.flat());
}

/** Which objects they are. */
export function identitiesOf(
  workloads: readonly Workload[],
  lives: Lives,
): Readonly<Record<string, HandedIdentity>> {
  const identities = workloads.flatMap(({ key, apiVersion, kind, name }) => {
    const { uid, generation } = lives.get(key)?.metadata ?? {};
    const identity = { apiVersion, kind, name, ...(generation !== undefined && { generation }) };
    return uid === undefined ? [] : [[key, { ...identity, uid }] as const];
  });
  return Object.fromEntries(identities);
}

async function liveOf(
  workload: Workload,
  api: Api,
  signal: AbortSignal,
): Promise<LiveObject | undefined> {
  const resource = await discover(api, workload, signal);
  const { namespace = DEFAULT_NAMESPACE, name } = workload;
  return (
    resource && find<LiveObject>(api, `${collectionOf(resource).path(namespace)}/${name}`, signal)
  );
}
