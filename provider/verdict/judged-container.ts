import type { VerdictSettings } from "../../contract/verdict.ts";
import type { Finding } from "./finding.ts";
import { podFinding } from "./pod-finding.ts";
import type { Container, ContainerStatus, Elsewhere, Event, Pod } from "./objects.ts";
import type { Reason } from "./reasons.ts";

/** What pods are given time for before they have failed. */
export type Patience = VerdictSettings & { readonly deadlineSeconds: number };

/** What is known beside a pod. */
export interface Surroundings {
  /**
   * The present by the cluster's clock, in milliseconds since 1970.
   * @default - unknown; then no report counts as past, and ready pods are not judged
   */
  readonly clusterTime?: number | undefined;
  /**
   * Containers that are refused connections for good, as a closer look has shown.
   * @default - none
   */
  readonly elsewhere?: readonly Elsewhere[] | undefined;
  /**
   * Whether the pod was ready already, and has nothing to warm up any more.
   * @default false
   */
  readonly isWarm?: boolean;
}

/** A container of a pod with its status and the Warning events about the pod. */
export interface JudgedContainer extends Surroundings {
  readonly pod: Pod;
  readonly container: Container;
  readonly status: ContainerStatus;
  /** Whether it is declared among the init containers. */
  readonly role: "init" | "main";
  readonly warnings: readonly Event[];
  readonly patience: Patience;
}

/** Whether a container is to end; a sidecar is declared among the init containers, and runs as long as the main ones. */
export function isInit({ role, container }: JudgedContainer): boolean {
  return role === "init" && container.restartPolicy !== "Always";
}

/** What a container shows. */
export function finding(
  { pod, container }: JudgedContainer,
  reason: Reason,
  message: string,
  more: Pick<Finding, "tolerance" | "phase" | "notes"> = {},
): Finding {
  return podFinding(pod, reason, message, { container: container.name, ...more });
}
