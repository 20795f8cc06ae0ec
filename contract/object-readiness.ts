import { z } from "zod";

import type { Evidence } from "./evidence.ts";
import { amount, count, name, type Of, text, verdictShape } from "./field.ts";
import type { VerdictSettings } from "./verdict.ts";

const WORD = /^[A-Za-z][-\w./]*$/;

const path = z.string("must be a JSONPath");

const condition = {
  type: text(WORD, "a condition's type, such as Ready"),
  /** @default "True" */
  status: z
    .enum(["True", "False", "Unknown"], 'must be "True", "False" or "Unknown"')
    .exactOptional(),
  /** @default - any */
  reason: text(WORD, "a condition's reason").exactOptional(),
};

/** A condition of an object: met if its `status.conditions` have one of this type and status. */
export type ConditionRule = Of<typeof condition>;

const finding = {
  /** By RFC 9535, `$.status.phase`, or in kubectl's form, `{.status.phase}`. */
  path,
  /** @default - any value that exists */
  value: z
    .union([z.string(), z.number(), z.boolean()], "must be a string, a number or a boolean")
    .exactOptional(),
};

/** What a JSONPath finds in an object: met if it finds the value. */
export type PathRule = Of<typeof finding>;

/** A condition or a value of an object. */
export type ObjectRule = ConditionRule | PathRule;

const rule = z.custom<ObjectRule>().superRefine((value: unknown, context) => {
  const isPath = typeof value === "object" && value !== null && "path" in value;
  const schema = z.strictObject(isPath ? finding : condition);
  for (const { message, path } of schema.safeParse(value).error?.issues ?? []) {
    context.addIssue({ code: "custom", message, path });
  }
});

const rules = {
  /** @default - the condition `Ready` */
  ready: rule.exactOptional(),
  /** @default - the condition `Stalled` */
  failed: rule.exactOptional(),
  /**
   * Seconds for which `failed` must last: many controllers say that something failed, and retry.
   * @default 0
   */
  failedSeconds: amount.exactOptional(),
  /**
   * JSONPath of the generation that the controller has seen last: a number, or a string that begins with it.
   * @default "$.status.observedGeneration" if the object has it
   */
  observedGeneration: path.exactOptional(),
};

/** How to judge an object of a kind that Slipway does not know. */
export type ObjectRules = Of<typeof rules>;

const identity = {
  apiVersion: text(/^([a-z0-9.-]+\/)?v[a-z0-9]+$/, "an API version, such as batch/v1"),
  kind: text(/^[A-Z][A-Za-z0-9]*$/, "a kind, such as Job"),
  /** Absent for an object outside of namespaces. */
  namespace: name.exactOptional(),
  name,
  /** The object as it was applied: a different one of its name is never judged. */
  uid: text(/./, "the object's metadata.uid"),
  /** `metadata.generation` that the object got; the verdict waits for at least this one. Absent if the kind has none. */
  generation: amount.exactOptional(),
};

const { warmupSeconds, tolerate, logs } = verdictShape;

/** Form of {@link ObjectReadinessInputs}. */
export const objectReadinessInputs = z
  .strictObject({
    ...identity,
    deadlineSeconds: count,
    rules: z.strictObject(rules).readonly().exactOptional(),
    warmupSeconds,
    tolerate,
    logs,
  })
  .readonly();

/** What an `ObjectReadiness` awaits of its object. A Job counts failures by itself, whatever is tolerated. */
export type Awaited = Pick<VerdictSettings, "warmupSeconds" | "tolerate" | "logs"> & {
  /**
   * When it is ready, and when it has failed: by a condition, `{ type: "Ready" }`, or by a JSONPath and the value that
   * it must find, `{ path: "$.status.phase", value: "Bound" }`. They replace all of Slipway's own rules.
   * @default - those of the kind; for a kind that Slipway does not know, the conditions `Ready` and `Stalled`
   */
  readonly rules?: ObjectRules;
};

/** Inputs of an `ObjectReadiness`. */
export type ObjectReadinessInputs = Of<typeof identity> &
  Awaited & {
    /** Seconds from the start of the wait to its end, whatever happens. */
    readonly deadlineSeconds: number;
  };

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
