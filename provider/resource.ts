import type { Cluster } from "./cluster.ts";
import type { Plugin } from "../wire/plugin.ts";

/** What Slipway's provider knows to do with one type of resource. */
export type Resource = Pick<Plugin, "check" | "diff" | "create" | "read" | "update" | "delete">;

/** What all resources of one run work with. */
export interface Run {
  /** Connects when it is first needed. */
  readonly cluster: () => Cluster;
  /** The kubeconfig's context, for the commands in the evidence. */
  readonly context: () => string;
  /** Interrupts all waits. */
  readonly signal: AbortSignal;
}
