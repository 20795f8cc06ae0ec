import type { ObjectReadinessInputs } from "../../contract/object-readiness.ts";
import type { AnyObject, ObservedObject } from "../../provider/verdict/awaited-object.ts";
import type { Event, Pod } from "../../provider/verdict/objects.ts";
import { readyPod, unreadyPod } from "./release-objects.ts";

/** What the API server says of a pod that no quota has room for. */
export const QUOTA = 'pods "thing-1" is forbidden: exceeded quota: none, requested: pods=1';

/** What is awaited of an object of this kind: its second generation. */
export function awaitedOf(
  apiVersion: string,
  kind: string,
  overrides: Partial<ObjectReadinessInputs> = {},
): ObjectReadinessInputs {
  return {
    apiVersion,
    kind,
    namespace: "shop-dev",
    name: "thing",
    uid: "thing-uid",
    generation: 2,
    deadlineSeconds: 120,
    ...overrides,
  };
}

/** An object of the awaited name and generation. */
export function objectOf(
  spec: object,
  status: object | undefined,
  metadata: object = {},
): AnyObject {
  return {
    metadata: { name: "thing", uid: "thing-uid", generation: 2, ...metadata },
    spec,
    ...(status !== undefined && { status }),
  };
}

/** What a cluster shows of an object. */
export function observedOf(
  object: AnyObject | undefined,
  pods: readonly Pod[] = [],
  events: readonly Event[] = [],
): ObservedObject {
  return { object, pods, events };
}

/** An event about the object, or about a pod. */
export function eventOf(
  reason: string,
  message: string,
  { uid = "thing-uid", type = "Normal", at = "2026-01-01T00:00:00Z" } = {},
): Event {
  return {
    metadata: { name: `thing.${reason}`, uid: `${uid}-${reason}` },
    involvedObject: { uid },
    type,
    reason,
    message,
    lastTimestamp: at,
  };
}

const MISSING_IMAGE = {
  state: {
    waiting: {
      reason: "ImagePullBackOff",
      message: 'Back-off pulling image "x": ErrImagePull: x: not found',
    },
  },
};

/** A pod with these labels that is ready, whose image is missing, or that is in a state of its own. */
export function podOf(
  name: string,
  labels: Readonly<Record<string, string>>,
  state: "ready" | "no image" | object = "ready",
): Pod {
  const pod =
    state === "ready"
      ? readyPod(name, "thing-uid")
      : unreadyPod(name, "thing-uid", typeof state === "string" ? MISSING_IMAGE : state);
  return { ...pod, metadata: { ...pod.metadata, labels } };
}
