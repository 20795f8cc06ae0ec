import { nameOf, type ContainerStatus, type Pod } from "./objects.ts";
import { statusesOf } from "./pod.ts";

/** Kubernetes itself takes a container that has run for so long for recovered, and forgets how often it was restarted. */
const RECOVERED_SECONDS = 600;

/** How much longer than by `settleSeconds` a container is watched that has crashed. */
const MOST_SECONDS = 60;

/** A crash that was over when a pod was first seen. */
export interface EarlierCrash {
  /** For how long the present run is still younger than the one that crashed; at most a minute. */
  readonly leftSeconds: number;
  /** What is to be said of it. */
  readonly note: string;
}

/**
 * How a container of a pod that is ready ended a while ago: a wait that begins late has not seen that, and the next crash may come when
 * the last one came.
 *
 * @param clusterTime the present by the cluster's clock, in milliseconds since 1970
 */
export function earlierCrash(pod: Pod, clusterTime: number): EarlierCrash | undefined {
  const [last] = statusesOf(pod)
    .flatMap((status) => crashOf(status, pod, clusterTime) ?? [])
    .sort((one, other) => other.leftSeconds - one.leftSeconds);
  return last;
}

function crashOf(
  { name, restartCount, state, lastState }: ContainerStatus,
  pod: Pod,
  clusterTime: number,
): EarlierCrash | undefined {
  const ended = lastState?.terminated;
  const runs = (clusterTime - Date.parse(state?.running?.startedAt ?? "")) / 1000;
  if (restartCount === 0 || ended === undefined || !(runs < RECOVERED_SECONDS)) {
    return undefined;
  }
  const { exitCode, reason = "no reason", startedAt = "", finishedAt = "" } = ended;
  const ran = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000 || 0;
  const times = restartCount === 1 ? "once" : `${restartCount} times`;
  return {
    leftSeconds: Math.min(Math.max(ran - runs, 0), MOST_SECONDS),
    note: `pod ${nameOf(pod)}, container ${name}: ended ${times} before this wait, last with exit code ${exitCode} (${reason})${finishedAt === "" ? "" : ` at ${finishedAt}`}`,
  };
}
