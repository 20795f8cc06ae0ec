import type { ObjectReadinessInputs } from "../../contract/object-readiness.ts";
import { parseQuantity } from "../../contract/quantity.ts";
import {
  blockedBy,
  livingPods,
  type ObjectAssessment,
  objectFinding,
  type Present,
  readyWith,
  unready,
} from "./awaited-object.ts";
import { eventsAbout, timeOf } from "./event.ts";
import { type Event, isTrue, nameOf, type PersistentVolumeClaim } from "./objects.ts";
import { AT_DEADLINE } from "./reasons.ts";

/** Events that say why a claim has no volume. The latest of them counts. */
export const BINDING = [
  "WaitForFirstConsumer",
  "WaitForPodScheduled",
  "FailedBinding",
  "ProvisioningFailed",
  "ExternalProvisioning",
  "Provisioning",
];

/** Steps on the way. */
const STEPS: readonly string[] = ["WaitForPodScheduled", "ExternalProvisioning", "Provisioning"];

/** Events that say how far the growth of a volume is. The latest of them counts: each try begins with a step. */
const GROWTH = ["VolumeResizeFailed", "Resizing", "ExternalExpanding", "VolumeResizeSuccessful"];

/** Controllers retry what did not succeed: this long, as with a volume that is not bound. */
const GROWTH_SECONDS = 30;

/**
 * What a volume claim shows. It is ready when it is bound, and as large as it requests. One whose class binds with its
 * first consumer is as ready as it can be while nobody mounts it: to wait for more would be to wait for ever.
 * Claims have no generation.
 *
 * @see https://kubernetes.io/docs/concepts/storage/storage-classes/#volume-binding-mode
 */
export function assessPersistentVolumeClaim(
  awaited: ObjectReadinessInputs,
  observed: Present<PersistentVolumeClaim>,
): ObjectAssessment {
  const { status, spec } = observed.object;
  switch (status?.phase) {
    case "Bound":
      return assessBound(awaited, observed);
    case "Lost": {
      const message = `its volume ${spec?.volumeName ?? ""} and the data on it are gone`;
      return blockedBy(objectFinding(awaited, "volume-lost", message));
    }
    default:
      return assessPending(awaited, observed);
  }
}

function assessPending(
  awaited: ObjectReadinessInputs,
  observed: Present<PersistentVolumeClaim>,
): ObjectAssessment {
  const [latest] = eventsAbout(awaited.uid, BINDING, observed.events);
  const message = latest?.message?.trim() ?? "nothing has happened to it yet";
  if (latest?.reason === "WaitForFirstConsumer") {
    const [consumer] = livingPods(observed.pods).map(nameOf);
    return consumer === undefined
      ? readyWith("it is bound when its first pod comes")
      : blockedBy(unready(awaited, `pod ${consumer} waits for it`), message);
  }
  const isStep = latest === undefined || isBindingStep(latest.reason);
  const time = isStep ? { tolerance: AT_DEADLINE } : { bornAt: timeOf(latest) };
  return blockedBy(objectFinding(awaited, "volume-unbound", message, time));
}

/** Whether the reason of a claim's last event, if it has any, is a step on its way to a volume. */
export function isBindingStep(reason: string | undefined): boolean {
  return reason === undefined || STEPS.includes(reason);
}

/** Growing a file system waits for a pod that mounts it, so Slipway does not wait for it. */
function assessBound(
  awaited: ObjectReadinessInputs,
  { object: claim, events }: Present<PersistentVolumeClaim>,
): ObjectAssessment {
  const { allocatedResources, allocatedResourceStatuses = {}, capacity } = claim.status ?? {};
  const bound = `bound to ${claim.spec?.volumeName ?? "a volume"}`;
  const states = Object.values(allocatedResourceStatuses);
  const infeasible = states.find((state) => state.endsWith("ResizeInfeasible"));
  if (infeasible !== undefined) {
    const [said] = eventsAbout(awaited.uid, ["VolumeResizeFailed"], events);
    const message = said?.message?.trim() ?? infeasible;
    return blockedBy(objectFinding(awaited, "resize-failed", message));
  }
  const requested = claim.spec?.resources?.requests?.["storage"] ?? "";
  const isPending =
    isTrue(claim, "FileSystemResizePending") ||
    allocatedResourceStatuses["storage"] === "NodeResizePending";
  // What is pending may be what the claim requested before.
  if (isPending && !isLess(allocatedResources?.["storage"], requested)) {
    return readyWith(`${bound}; its file system grows to ${requested} when a pod mounts it`);
  }
  const present = capacity?.["storage"];
  return isTrue(claim, "Resizing") || isLess(present, requested)
    ? growing(awaited, events, { present, requested })
    : readyWith(bound);
}

/** A volume that grows, or whose controller says why it does not, for as long as it has said so. */
function growing(
  awaited: ObjectReadinessInputs,
  events: readonly Event[],
  {
    present = "?",
    requested,
  }: { readonly present: string | undefined; readonly requested: string },
): ObjectAssessment {
  const message = `it grows from ${present} to ${requested}`;
  const [latest] = eventsAbout(awaited.uid, GROWTH, events);
  if (latest?.reason !== "VolumeResizeFailed") {
    return blockedBy(unready(awaited, message), `grows to ${requested}`);
  }
  const at = timeOf(latest);
  const lasted = (Date.parse(at) - Date.parse(latest.firstTimestamp ?? at)) / 1000;
  const tolerance = Math.max(GROWTH_SECONDS - (Number.isNaN(lasted) ? 0 : lasted), 0);
  const words = `${message}: ${latest.message?.trim() ?? "its controller says that it failed"}`;
  return blockedBy(objectFinding(awaited, "resize-failed", words, { tolerance, bornAt: at }));
}

/**
 * Whether a volume is smaller than its claim requests. The API server accepts a larger request only if the class lets
 * volumes grow, so a controller will see to it; until then neither a condition nor an event says so.
 */
function isLess(present: string | undefined, requested: string): boolean {
  return present !== undefined && (parseQuantity(present) ?? 0) < (parseQuantity(requested) ?? 0);
}
