import type { VerdictSettings } from "../../contract/verdict.ts";
import type { Finding } from "./finding.ts";
import { type Container, type ContainerStatus, type Event, nameOf, type Pod } from "./objects.ts";
import type { Reason } from "./reasons.ts";

/** What pods are given time for before they have failed. */
export type Patience = VerdictSettings & { readonly deadlineSeconds: number };

/** How a container takes part in its pod. */
export type Role = "init" | "main";

/** A container of a pod with its status and the Warning events about the pod. */
export interface Subject {
  readonly pod: Pod;
  readonly container: Container;
  readonly status: ContainerStatus;
  readonly role: Role;
  readonly warnings: readonly Event[];
  readonly patience: Patience;
}

/** Whether a container is to end; a sidecar is declared among the init containers, and runs as long as the main ones. */
export function isInit({ role, container }: Subject): boolean {
  return role === "init" && container.restartPolicy !== "Always";
}

/** What a container shows. */
export function finding(
  { pod, container }: Subject,
  reason: Reason,
  message: string,
  more: Pick<Finding, "tolerance" | "phase"> = {},
): Finding {
  const bornAt = pod.metadata?.creationTimestamp;
  return {
    reason,
    object: `pod ${nameOf(pod)}`,
    container: container.name,
    message,
    ...more,
    ...(bornAt !== undefined && { bornAt }),
  };
}
