import type { Evidence } from "./evidence";
import type { Tolerances } from "./tolerances";

/** A condition of an object: met where its `status.conditions` have one of this type and status. */
export interface ConditionRule {
  readonly type: string;
  /** @default "True" */
  readonly status?: "True" | "False" | "Unknown";
  /** @default - any */
  readonly reason?: string;
}

/** What a JSONPath finds in an object: met where it finds the value. */
export interface PathRule {
  /** By RFC 9535, `$.status.phase`, or in kubectl's form, `{.status.phase}`. */
  readonly path: string;
  /** @default - anything that is there */
  readonly value?: string | number | boolean;
}

/** Something that an object shows. */
export type ObjectRule = ConditionRule | PathRule;

/** What tells of an object of a kind that Slipway does not know whether it is ready. */
export interface ObjectRules {
  /** @default - the condition `Ready` */
  readonly ready?: ObjectRule;
  /** @default - the condition `Stalled` */
  readonly failed?: ObjectRule;
  /**
   * Seconds for which `failed` must last: many controllers say that something failed, and try again.
   * @default 0
   */
  readonly failedSeconds?: number;
  /**
   * JSONPath of the generation that the controller has seen last: a number, or a text that begins with it.
   * @default "$.status.observedGeneration" where the object has it
   */
  readonly observedGeneration?: string;
}

/** Inputs of `slipway:index:ObjectReadiness`. */
export interface ObjectReadinessInputs {
  readonly apiVersion: string;
  readonly kind: string;
  /** Absent for an object outside of namespaces. */
  readonly namespace?: string;
  readonly name: string;
  /** The object as it was applied: another one of its name is never judged. */
  readonly uid: string;
  /** `metadata.generation` that the object got; the verdict waits for at least this one. Absent where the kind has none. */
  readonly generation?: number;
  /** Seconds from the start of the wait to its end, whatever happens. */
  readonly deadlineSeconds: number;
  /** @default - those of the kind; for a kind that Slipway does not know, the conditions `Ready` and `Stalled` */
  readonly rules?: ObjectRules;
  /** @default 60 */
  readonly warmupSeconds?: number;
  /** What the object's pods are given time for. */
  readonly tolerate?: Tolerances;
  /** @default true */
  readonly logs?: boolean;
}

/** The verdict on an object of any kind. */
export interface ObjectRecord {
  readonly version: 1;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly uid: string;
  readonly verdict: "ready" | "failed";
  /** Reason code, null when ready. */
  readonly reason: string | null;
  /** What was found, in one line. */
  readonly message: string;
  /** What was found, as values; null when ready. */
  readonly evidence: Evidence | null;
  /** When the wait began, ISO 8601. */
  readonly startedAt: string;
  /** From the start of the wait to the verdict. */
  readonly seconds: number;
}

/** Outputs of `slipway:index:ObjectReadiness`: its inputs and the verdict. */
export interface ObjectReadinessOutputs extends ObjectReadinessInputs {
  readonly record: ObjectRecord;
}
