import type { z } from "zod";

import { digestOf } from "../contract/image-reference.ts";
import {
  type ReleaseLook,
  type ReleaseLooks,
  releaseLooksArgs,
} from "../contract/release-looks.ts";
import type { Properties } from "../wire/plugin.ts";
import type { Api } from "./cluster/api.ts";
import { ApiError } from "./cluster/api-error.ts";
import { atATime } from "./cluster/at-a-time.ts";
import { COLLECTIONS } from "./cluster/collection.ts";
import { oneLine } from "./cluster/one-line.ts";
import type { Deployment, Pod } from "./verdict/objects.ts";

/** Questions that are asked at a time. */
const TOGETHER = 8;

type Asked = z.output<typeof releaseLooksArgs>["releases"][string];

type Find = (path: string) => Promise<unknown>;

/**
 * The function `slipway:index:releaseLooks`: whether releases of another stack are ready now, as far as this cluster
 * has them and lets this identity look. Their pods' names distinguish this cluster from others.
 */
export async function releaseLooks(
  args: Properties,
  api: Pick<Api, "get">,
  signal: AbortSignal,
): Promise<Properties> {
  const { releases } = releaseLooksArgs.parse(args);
  const find: Find = async (path) =>
    api.get(path, undefined, signal).catch((error: unknown) => {
      if (error instanceof ApiError) {
        return undefined;
      }
      throw error;
    });
  const looks = await atATime(TOGETHER, Object.entries(releases), async ([name, asked]) => {
    const look = await lookAt(name, asked, find).catch(() => undefined);
    return look === undefined ? [] : [[name, look] as const];
  });
  return { looks: Object.fromEntries(looks.flat()) satisfies ReleaseLooks };
}

async function lookAt(
  service: string,
  { namespace, digest, pods: known }: Asked,
  find: Find,
): Promise<ReleaseLook | undefined> {
  const path = COLLECTIONS.pods.path(namespace);
  const found = await atATime(TOGETHER, known, async ({ name, readyAt }) => {
    const pod = (await find(`${path}/${name}`)) as Pod | undefined;
    return { pod, readyAt };
  });
  const own = found.flatMap(({ pod, readyAt }) =>
    pod !== undefined && runs(pod, digest) ? [{ pod, readyAt }] : [],
  );
  if (own.length === 0) {
    return undefined;
  }
  const deployment = (await find(`${COLLECTIONS.deployments.path(namespace)}/${service}`)) as
    Deployment | undefined;
  const [fault = shortage(deployment)] = own.flatMap(({ pod }) => trouble(pod) ?? []);
  const again = own.map(({ pod, readyAt }) => readyAgain(pod, readyAt));
  const [first] = again.flatMap((time) => time ?? []).toSorted();
  const hasBroken = first !== undefined && !again.includes(undefined);
  return { ...(fault !== undefined && { fault }), ...(hasBroken && { readySince: first }) };
}

/** When a pod became ready after it had ceased to be so, undefined if it has not. */
function readyAgain(pod: Pod, readyAt: string | null | undefined): string | undefined {
  const since = readySince(pod);
  const recorded = Date.parse(readyAt ?? "");
  return since !== undefined && Date.parse(since) > recorded ? since : undefined;
}

function runs(pod: Pod, digest: string): boolean {
  const { containers = [] } = pod.spec ?? {};
  return containers.some(({ image = "" }) => digestOf(image) === digest);
}

/** What is wrong with a pod that is not being deleted, undefined if nothing is. */
function trouble(pod: Pod): string | undefined {
  const isLeaving = pod.metadata?.deletionTimestamp !== undefined;
  if (isLeaving || readySince(pod) !== undefined || isOver(pod)) {
    return undefined;
  }
  const waiting = (pod.status?.containerStatuses ?? []).map(({ name, state, restartCount }) => {
    const why = state?.waiting?.reason ?? state?.terminated?.reason ?? "not ready";
    return `container ${name} is ${why} after ${restartCount} restarts`;
  });
  const name = pod.metadata?.name ?? "";
  return oneLine(`pod ${name}: ${waiting.join(", ") || "not ready"}`);
}

/** An evicted pod is kept until somebody clears it away, long after another pod has replaced it. */
function isOver(pod: Pod): boolean {
  return pod.status?.phase === "Failed" || pod.status?.phase === "Succeeded";
}

function shortage(deployment: Deployment | undefined): string | undefined {
  const { replicas } = deployment?.spec ?? {};
  const { readyReplicas = 0 } = deployment?.status ?? {};
  return replicas === undefined || readyReplicas >= replicas
    ? undefined
    : `${readyReplicas} of ${replicas} pods are ready`;
}

function readySince(pod: Pod): string | undefined {
  const ready = pod.status?.conditions?.find(({ type }) => type === "Ready");
  const time = ready?.lastTransitionTime;
  if (ready?.status !== "True" || time === undefined) {
    return undefined;
  }
  return new Date(time).toISOString();
}
