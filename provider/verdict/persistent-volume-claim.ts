import type { ObjectReadinessInputs } from "../../contract/object-readiness.ts";
import { parseQuantity } from "../../contract/quantity.ts";
import {
  livingPods,
  type ObjectAssessment,
  type ObservedObject,
  readyWith,
  titleOf,
  unready,
} from "./awaited-object.ts";
import { eventsAbout, timeOf } from "./event.ts";
import type { Finding } from "./finding.ts";
import { condition, type Event, nameOf, type PersistentVolumeClaim, uidOf } from "./objects.ts";
import { AT_DEADLINE, type Reason } from "./reasons.ts";

/** What tells why a claim has no volume. The latest of them counts. */
const BINDING = [
  "WaitForFirstConsumer",
  "WaitForPodScheduled",
  "FailedBinding",
  "ProvisioningFailed",
  "ExternalProvisioning",
  "Provisioning",
];

/** Steps that take the time that they take. */
const STEPS: readonly (string | undefined)[] = [
  "WaitForPodScheduled",
  "ExternalProvisioning",
  "Provisioning",
];

/**
 * What a volume claim shows. It is ready when it is bound, and as large as it asks for. One whose class binds with its
 * first consumer is as ready as it can be while nobody mounts it: to wait for more would be to wait for ever.
 * Claims have no generation.
 *
 * @see https://kubernetes.io/docs/concepts/storage/storage-classes/#volume-binding-mode
 */
export function assessPersistentVolumeClaim(
  awaited: ObjectReadinessInputs,
  observed: ObservedObject<PersistentVolumeClaim> & { readonly object: PersistentVolumeClaim },
): ObjectAssessment {
  const { object: claim, events } = observed;
  switch (claim.status?.phase) {
    case "Bound":
      return assessBound(awaited, claim, events);
    case "Lost": {
      const volume = claim.spec?.volumeName ?? "";
      return stuck(awaited, "volume-lost", `its volume ${volume} is gone, and what was on it`);
    }
    default:
      return assessPending(awaited, observed);
  }
}

function assessPending(
  awaited: ObjectReadinessInputs,
  observed: ObservedObject & { readonly object: PersistentVolumeClaim },
): ObjectAssessment {
  const [latest] = eventsAbout(uidOf(observed.object), BINDING, observed.events);
  const consumers = livingPods(observed.pods).map(nameOf);
  const message = latest?.message?.trim() ?? "nothing has happened to it yet";
  if (latest?.reason === "WaitForFirstConsumer") {
    return consumers.length === 0
      ? readyWith("it is bound when its first pod comes")
      : { findings: [unready(awaited, `pod ${consumers[0] ?? ""} waits for it`)], text: message };
  }
  if (latest?.reason === undefined || STEPS.includes(latest.reason)) {
    return stuck(awaited, "volume-unbound", message, { tolerance: AT_DEADLINE });
  }
  return stuck(awaited, "volume-unbound", message, { bornAt: timeOf(latest) });
}

/** Growing a file system waits for a pod that mounts it, and so is not waited for. */
function assessBound(
  awaited: ObjectReadinessInputs,
  claim: PersistentVolumeClaim,
  events: readonly Event[],
): ObjectAssessment {
  const { conditions, allocatedResources, allocatedResourceStatuses, capacity } =
    claim.status ?? {};
  const bound = `bound to ${claim.spec?.volumeName ?? "a volume"}`;
  const infeasible = Object.values(allocatedResourceStatuses ?? {}).find((state) =>
    state.endsWith("ResizeInfeasible"),
  );
  if (infeasible !== undefined) {
    const [said] = eventsAbout(uidOf(claim), ["VolumeResizeFailed"], events);
    return stuck(awaited, "resize-failed", said?.message?.trim() ?? infeasible);
  }
  const asked = claim.spec?.resources?.requests?.["storage"] ?? "";
  const isPending =
    condition(conditions, "FileSystemResizePending")?.status === "True" ||
    allocatedResourceStatuses?.["storage"] === "NodeResizePending";
  // What is pending may be what the claim asked for before.
  if (isPending && !isLess(allocatedResources?.["storage"], asked)) {
    return readyWith(`${bound}; its file system grows to ${asked} when a pod mounts it`);
  }
  const present = capacity?.["storage"];
  const isGrowing = condition(conditions, "Resizing")?.status === "True";
  return isGrowing || isLess(present, asked)
    ? {
        findings: [unready(awaited, `it grows from ${present ?? "?"} to ${asked}`)],
        text: `grows to ${asked}`,
      }
    : readyWith(bound);
}

/**
 * Whether a volume is smaller than its claim asks for. The API server takes a larger request only where the class lets
 * volumes grow, so that somebody will see to it; until then neither a condition nor an event tells of it.
 */
function isLess(present: string | undefined, asked: string): boolean {
  return present !== undefined && (parseQuantity(present) ?? 0) < (parseQuantity(asked) ?? 0);
}

function stuck(
  awaited: ObjectReadinessInputs,
  reason: Reason,
  message: string,
  more: Pick<Finding, "tolerance" | "bornAt"> = {},
): ObjectAssessment {
  return { findings: [{ reason, object: titleOf(awaited), message, ...more }], text: message };
}
