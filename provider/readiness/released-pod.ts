import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { ReleasedPod, ReleaseRecord } from "../../contract/release-record.ts";
import { eventsAbout } from "../verdict/event.ts";
import type { ProvedPod } from "../verdict/finding.ts";
import {
  condition,
  type Event,
  nameOf,
  type Observed,
  type Pod,
  uidOf,
} from "../verdict/objects.ts";
import { releasedContainers } from "../verdict/released-container.ts";

type Steps = Omit<ReleasedPod, keyof ProvedPod>;

/**
 * Pods with their steps to ready. What the record has of one already stays: a container that has restarted since, or an
 * event that the cluster has dropped, does not change how the release came up.
 */
export function releasedPods(
  proved: readonly ProvedPod[],
  release: ReadinessInputs,
  { pods, pulls = [] }: Observed,
  stored: ReleaseRecord | undefined,
): ReleasedPod[] {
  const present = new Map(pods.map((pod) => [nameOf(pod), pod]));
  const before = new Map((stored?.pods ?? []).map((pod) => [pod.name, pod]));
  return proved.map((each) => {
    const pod = present.get(each.name);
    const seen = pod === undefined ? {} : stepsOf(pod, release, pulls);
    return releasedPod(each, before.get(each.name) ?? {}, seen);
  });
}

function releasedPod(
  { name, imageID }: ProvedPod,
  known: Partial<ReleasedPod>,
  seen: Partial<Steps>,
): ReleasedPod {
  const step = (key: keyof Steps) => known[key] ?? seen[key] ?? null;
  return {
    name,
    imageID,
    node: step("node"),
    createdAt: step("createdAt"),
    scheduledAt: step("scheduledAt"),
    pulledAt: step("pulledAt"),
    startedAt: step("startedAt"),
    readyAt: step("readyAt"),
  };
}

function stepsOf(pod: Pod, release: ReadinessInputs, pulls: readonly Event[]): Partial<Steps> {
  const { metadata, spec, status } = pod;
  const main = releasedContainers(release, spec?.containers ?? [])[0]?.name;
  const { state, lastState } = status?.containerStatuses?.find(({ name }) => name === main) ?? {};
  const started = state?.running ?? state?.terminated ?? lastState?.terminated;
  return {
    node: spec?.nodeName ?? null,
    createdAt: metadata?.creationTimestamp ?? null,
    scheduledAt: metAt(pod, "PodScheduled"),
    pulledAt: main === undefined ? null : pulledAt(pod, main, pulls),
    startedAt: started?.startedAt ?? null,
    readyAt: metAt(pod, "Ready"),
  };
}

function metAt(pod: Pod, type: string): string | null {
  const found = condition(pod, type);
  return found?.status === "True" ? (found.lastTransitionTime ?? null) : null;
}

/** When the kubelet first said that the container's image is on the node. */
function pulledAt(pod: Pod, container: string, pulls: readonly Event[]): string | null {
  const times = eventsAbout(uidOf(pod), ["Pulled"], pulls)
    .filter(({ involvedObject }) => involvedObject.fieldPath === `spec.containers{${container}}`)
    .flatMap(({ firstTimestamp, eventTime }) => firstTimestamp ?? eventTime ?? []);
  return times.sort()[0] ?? null;
}
