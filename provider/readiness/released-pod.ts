import type { ReadinessInputs } from "../../contract/readiness.ts";
import type { ReleasedPod, ReleaseRecord } from "../../contract/release-record.ts";
import { digestOf } from "../../contract/image-reference.ts";
import type { ProvedPod } from "../verdict/finding.ts";
import {
  condition,
  type Event,
  nameOf,
  type Observed,
  type Pod,
  uidOf,
} from "../verdict/objects.ts";

type Steps = Omit<ReleasedPod, keyof ProvedPod>;

/**
 * A pod with its steps to ready. What the record has of it already stays: a container that has restarted since, or an
 * event that the cluster has dropped, does not change how the release came up.
 */
export function releasedPod(
  { name, imageID }: ProvedPod,
  { image }: ReadinessInputs,
  { pods, pulls = [] }: Observed,
  stored: ReleaseRecord | undefined,
): ReleasedPod {
  const pod = pods.find((candidate) => nameOf(candidate) === name);
  const known: Partial<ReleasedPod> = stored?.pods.find((old) => old.name === name) ?? {};
  const seen = pod === undefined ? {} : stepsOf(pod, image, pulls);
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

function stepsOf(pod: Pod, image: string, pulls: readonly Event[]): Partial<Steps> {
  const { metadata, spec, status } = pod;
  const main = spec?.containers.find(
    (container) => digestOf(container.image ?? "") === digestOf(image),
  )?.name;
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

function metAt({ status }: Pod, type: string): string | null {
  const found = condition(status?.conditions, type);
  return found?.status === "True" ? (found.lastTransitionTime ?? null) : null;
}

/** When the kubelet first said that the container's image is on the node. */
function pulledAt(pod: Pod, container: string, pulls: readonly Event[]): string | null {
  const times = pulls
    .filter(
      ({ reason, involvedObject }) =>
        reason === "Pulled" &&
        involvedObject.uid === uidOf(pod) &&
        involvedObject.fieldPath === `spec.containers{${container}}`,
    )
    .flatMap(({ firstTimestamp, eventTime }) => firstTimestamp ?? eventTime ?? []);
  return times.sort()[0] ?? null;
}
