import type { TrialDefinition, TrialQuota } from "../components/trial/definition.ts";
import type { ShapeOf } from "../contract/field.ts";
import { duration } from "./duration.ts";
import { type Fault, faultIf, got } from "./fault.ts";
import * as field from "./fields.ts";
import { fieldsOf, type Mapping } from "./mapping.ts";

const LEAST_IDLE_SECONDS = 60;
const MOST_NAMESPACES = 100;
const LONGEST_NAMESPACE = 63;
const DEFAULTS = { of: "", idle: 3 * 86_400, most: 10 };
const QUOTA: TrialQuota = { pods: 20, cpu: "4", memory: "8Gi", storage: "10Gi" };

/** Trials as the settings have them. */
type Written = Pick<TrialDefinition, "of"> &
  Partial<Pick<TrialDefinition, "most" | "host">> &
  Partial<TrialQuota> & { readonly idle?: number };

/** What a stack says of its trials; {@link trialFaults} reports what contradicts the rest of its settings. */
export const trialSchema = field
  .mapping(
    {
      of: field.text(/^[\w.-]+$/, "the name of the stack whose settings a trial has, such as dev"),
      idle: duration
        .refine((seconds) => seconds >= LEAST_IDLE_SECONDS, {
          error: `allowed: at least ${LEAST_IDLE_SECONDS} seconds, such as 3d`,
        })
        .exactOptional(),
      most: field.wholeNumber(1, MOST_NAMESPACES).exactOptional(),
      host: field.host
        .refine((host) => !host.startsWith("*"), {
          error: "allowed: a domain without a wildcard, such as trial.example.com",
        })
        .exactOptional(),
      pods: field.wholeNumber(1, 1000).exactOptional(),
      cpu: field.quantity("4").exactOptional(),
      memory: field.memory("8Gi").exactOptional(),
      storage: field.memory("10Gi").exactOptional(),
    } satisfies ShapeOf<Written>,
    "of, and as needed idle, most, host, pods, cpu, memory and storage",
  )
  .transform((written): TrialDefinition => {
    const { of, idle, most, host, ...quota } = { ...DEFAULTS, ...(written as Written) };
    return { of, idleSeconds: idle, most, quota: { ...QUOTA, ...quota }, ...(host && { host }) };
  });

/** Whether settings are those of a pool: they have `slipway:trial`. */
export function isPool(values: Readonly<Record<string, string>>): boolean {
  return !["", "{}"].includes(values["trial"] ?? "");
}

/** What is wrong between the pool and the rest of its stack's settings. */
export function trialFaults(raw: Mapping, stack: string): Fault[] {
  const { of, most = DEFAULTS.most } = fieldsOf(raw["trial"]);
  const { namespace } = raw;
  const longest = typeof namespace === "string" ? `${namespace}-${String(most)}`.length : 0;
  const room = LONGEST_NAMESPACE - String(most).length - 1;
  return [
    ...faultIf(
      of === stack,
      ["trial", "of"],
      got(of, "allowed: another stack, which delivers what is tried"),
    ),
    ...faultIf(
      longest > LONGEST_NAMESPACE,
      ["namespace"],
      got(
        namespace,
        `allowed: at most ${room} characters, because the pool numbers its namespaces`,
      ),
    ),
  ];
}
