import type {
  ConditionRule,
  ObjectReadinessInputs,
  ObjectRule,
} from "../../contract/object-readiness.ts";
import {
  type AnyObject,
  blockedBy,
  judgeGeneration,
  neededGeneration,
  type ObjectAssessment,
  objectFinding,
  type Present,
  readyWith,
  titleOf,
  unready,
} from "./awaited-object.ts";
import type { Finding } from "./finding.ts";
import { valuesAt } from "./json-path.ts";
import { condition, type Condition } from "./objects.ts";

const READY: ConditionRule = { type: "Ready" };
const RECONCILING: ConditionRule = { type: "Reconciling" };
const STALLED: ConditionRule = { type: "Stalled" };

/** Where most controllers put it. */
const OBSERVED_GENERATION = "$.status.observedGeneration";

/**
 * What an object shows of a kind that Slipway does not know: whether it meets the program's rules, or else those of
 * kstatus, with the conditions `Ready`, `Stalled` and `Reconciling`. Nothing in a status counts that is of an earlier
 * generation, as far as the status or the condition says which it is of.
 *
 * Unlike in kstatus, an object without any status is not ready: its controller has yet to see it.
 *
 * @see https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
 */
export function assessCustomResource(
  awaited: ObjectReadinessInputs,
  { object }: Present,
): ObjectAssessment {
  const { rules = {} } = awaited;
  const behind = judgeStatusGeneration(awaited, object);
  if (behind !== undefined) {
    return blockedBy(behind);
  }
  const present = { ...object, status: presentStatus(awaited, object) };
  const failed = met(rules.failed ?? STALLED, present);
  if (failed !== undefined) {
    const reason = rules.failed === undefined ? "stalled" : "condition-failed";
    return blockedBy(objectFinding(awaited, reason, failed, { tolerance: rules.failedSeconds }));
  }
  const reconciling = rules.ready === undefined ? met(RECONCILING, present) : undefined;
  const ready = met(rules.ready ?? READY, present);
  if (ready !== undefined && reconciling === undefined) {
    return readyWith(ready);
  }
  if (rules.ready === undefined && reconciling === undefined && isWithoutReady(object)) {
    return readyWith("observed; it has no condition Ready");
  }
  return blockedBy(unready(awaited, reconciling ?? lack(rules.ready ?? READY, present)));
}

function judgeStatusGeneration(
  awaited: ObjectReadinessInputs,
  object: AnyObject,
): Finding | undefined {
  const { ready, observedGeneration } = awaited.rules ?? {};
  if (statusOf(object) === undefined && ready === undefined) {
    const message = "it has no status yet: its controller has not seen it";
    return objectFinding(awaited, "not-observed", message);
  }
  const [reported] = valuesAt(observedGeneration ?? OBSERVED_GENERATION, object);
  if (reported === undefined && observedGeneration === undefined) {
    return undefined;
  }
  const observed = Number.parseInt(String(reported), 10) || 0;
  return judgeGeneration(titleOf(awaited), awaited, object, observed);
}

/** A controller that reports which generation it has seen, and has no condition `Ready`, has nothing more to say. */
function isWithoutReady(object: AnyObject): boolean {
  const ready = condition({ status: statusOf(object) }, "Ready");
  return ready === undefined && valuesAt(OBSERVED_GENERATION, object).length > 0;
}

interface Status {
  readonly conditions?: readonly (Condition & { readonly observedGeneration?: number })[];
}

function statusOf({ status }: AnyObject): Status | undefined {
  return typeof status === "object" && status !== null && Object.keys(status).length > 0
    ? status
    : undefined;
}

/** The status without the conditions that are of an earlier generation. */
function presentStatus(awaited: ObjectReadinessInputs, object: AnyObject): Status | undefined {
  const status = statusOf(object);
  const needed = neededGeneration(awaited, object);
  const conditions = status?.conditions?.filter(
    ({ observedGeneration = needed }) => observedGeneration >= needed,
  );
  return conditions === undefined ? status : { ...status, conditions };
}

/** What meets the rule, in words; undefined if nothing does. */
function met(rule: ObjectRule, object: AnyObject): string | undefined {
  if ("path" in rule) {
    const values = valuesAt(rule.path, object).filter((value) => value !== null);
    const { value: wanted } = rule;
    const found = values.find((value) => wanted === undefined || shown(value) === shown(wanted));
    return found === undefined ? undefined : `${rule.path} is ${shown(found)}`;
  }
  const found = condition({ status: statusOf(object) }, rule.type);
  const isMet =
    found?.status === (rule.status ?? "True") &&
    (rule.reason === undefined || rule.reason === found.reason);
  return isMet ? said(found) : undefined;
}

/** What a rule that is not met finds instead. */
function lack(rule: ObjectRule, object: AnyObject): string {
  if ("path" in rule) {
    const { path, value } = rule;
    const values = valuesAt(path, object);
    const wanted = value === undefined ? "" : `, not ${shown(value)}`;
    return values.length === 0
      ? `${path} has no value yet`
      : `${path} is ${values.map(shown).join(", ")}${wanted}`;
  }
  const found = condition({ status: statusOf(object) }, rule.type);
  return found === undefined ? `it has no present condition ${rule.type} yet` : said(found);
}

function said({ type, status, reason, message }: Condition): string {
  const why = reason === undefined || reason === "" ? "" : ` (${reason})`;
  const words = message?.trim() ?? "";
  return `${type} is ${status}${why}${words === "" ? "" : `: ${words}`}`;
}

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 200);
}
