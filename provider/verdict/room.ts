import { livingPods } from "./awaited-object.ts";
import {
  condition,
  type Deployment,
  type Neighbourhood,
  ownerOf,
  type Pod,
  type ReplicaSet,
  REVISION,
  uidOf,
} from "./objects.ts";

/** Seconds that a pod has to go where it does not say how many. */
const STOP_SECONDS = 30;

/** Seconds beside a pod's own, for its node and for the controller that asks for the room again. */
const MARGIN_SECONDS = 30;

/** What gives room back to a quota. */
export interface Outgoing {
  /** Which pods these are, as one text: a different one when the first has gone. */
  readonly phase: string;
  /** Seconds that it may take until the next one has gone. */
  readonly seconds: number;
}

/** What is on its way out of a namespace; undefined where all stays as it is. */
export function outgoingOf({
  deployments,
  replicaSets,
  pods,
}: Neighbourhood): Outgoing | undefined {
  const owned = { sets: byOwner(replicaSets), pods: byOwner(livingPods(pods)) };
  const stopping = pods.filter(isStopping);
  const surplus = replicaSets.flatMap((set) => surplusOf(set, owned));
  const rollouts = deployments.map((it) => replacedBy(it, owned));
  const replaced = rollouts.flatMap(({ pods }) => pods);
  const outgoing = [...stopping, ...surplus, ...replaced];
  if (outgoing.length === 0) {
    return undefined;
  }
  const stop = Math.max(STOP_SECONDS, ...stopping.map(stopSecondsOf)) + MARGIN_SECONDS;
  const isAwaited = rollouts.some(({ pods, isAwaited }) => isAwaited && pods.length > 0);
  return {
    phase: [...new Set(outgoing.map(uidOf))].sort().join(" "),
    seconds: isAwaited ? Infinity : stop,
  };
}

/** A pod that was told to go, or whose containers have all come to their end. */
function isStopping({ metadata, spec, status }: Pod): boolean {
  const statuses = status?.containerStatuses ?? [];
  const hasEnded = statuses.length > 0 && statuses.every(({ state }) => state?.terminated);
  return (
    metadata?.deletionTimestamp !== undefined ||
    (status?.phase === "Running" && hasEnded && (spec?.restartPolicy ?? "Always") !== "Always")
  );
}

function stopSecondsOf({ metadata, spec }: Pod): number {
  return metadata?.deletionGracePeriodSeconds ?? spec?.terminationGracePeriodSeconds ?? 0;
}

/** Pods that are more than their ReplicaSet is to have: its controller is about to delete them. */
function surplusOf(set: ReplicaSet, owned: Owned): readonly Pod[] {
  return podsOf([set], owned).slice(set.spec?.replicas ?? 1);
}

/**
 * The pods that a rollout is going to delete: by itself, or as soon as a new one is ready. A rollout that may delete
 * none before, and has no new one, is stuck.
 */
function replacedBy(
  deployment: Deployment,
  owned: Owned,
): { readonly pods: readonly Pod[]; readonly isAwaited: boolean } {
  const sets = owned.sets.get(uidOf(deployment)) ?? [];
  const revision = Math.max(...sets.map(revisionOf));
  const old = sets.filter((set) => revisionOf(set) < revision);
  const isAwaited = !mayDeleteFirst(deployment);
  const fresh = podsOf(
    sets.filter((set) => !old.includes(set)),
    owned,
  );
  const progressing = condition(deployment, "Progressing");
  const isStuck = progressing?.status === "False" || (isAwaited && fresh.length === 0);
  return { pods: isStuck ? [] : podsOf(old, owned), isAwaited };
}

/** What there is of a namespace by the uid of its owner: to look through all of it for each takes the square of the time. */
interface Owned {
  readonly sets: ReadonlyMap<string, readonly ReplicaSet[]>;
  readonly pods: ReadonlyMap<string, readonly Pod[]>;
}

function byOwner<T extends ReplicaSet | Pod>(objects: readonly T[]): Map<string, T[]> {
  return Map.groupBy(objects, (object) => ownerOf(object) ?? "");
}

function podsOf(sets: readonly ReplicaSet[], { pods }: Owned): Pod[] {
  return sets.flatMap((set) => pods.get(uidOf(set)) ?? []);
}

function revisionOf({ metadata }: ReplicaSet): number {
  return Number(metadata?.annotations?.[REVISION] ?? 0);
}

/** Whether old pods may go before new ones are ready: percents are rounded down, in the controller as well. */
function mayDeleteFirst({ spec }: Deployment): boolean {
  const { type, rollingUpdate } = spec?.strategy ?? {};
  const { maxUnavailable = "25%", maxSurge = "25%" } = rollingUpdate ?? {};
  const replicas = spec?.replicas ?? 1;
  return (
    type === "Recreate" ||
    Math.floor(countOf(maxUnavailable, replicas)) > 0 ||
    countOf(maxSurge, replicas) === 0
  );
}

function countOf(value: string | number, replicas: number): number {
  const text = String(value);
  return text.endsWith("%") ? (Number.parseInt(text, 10) / 100) * replicas : Number(text);
}
