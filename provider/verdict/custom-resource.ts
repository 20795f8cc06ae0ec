import type {
  ConditionRule,
  ObjectReadinessInputs,
  ObjectRule,
} from "../../contract/object-readiness.ts";
import {
  type AnyObject,
  judgeGeneration,
  neededGeneration,
  type ObjectAssessment,
  type ObservedObject,
  readyWith,
  titleOf,
  unready,
} from "./awaited-object.ts";
import { valuesAt } from "./json-path.ts";
import { condition, type Condition } from "./objects.ts";

const READY: ConditionRule = { type: "Ready" };
const RECONCILING: ConditionRule = { type: "Reconciling" };
const STALLED: ConditionRule = { type: "Stalled" };

/** Where most controllers put it. */
const OBSERVED_GENERATION = "$.status.observedGeneration";

/**
 * What an object shows of a kind that Slipway does not know: whether it meets the program's rules, or else those of
 * kstatus, with the conditions `Ready`, `Stalled` and `Reconciling`. Nothing in a status counts that is of a generation
 * before, as far as the status or the condition tells which it is of.
 *
 * Unlike kstatus, an object without any status is not taken for ready: its controller has yet to see it.
 *
 * @see https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md
 */
export function assessCustomResource(
  awaited: ObjectReadinessInputs,
  { object }: ObservedObject & { readonly object: AnyObject },
): ObjectAssessment {
  const { rules = {} } = awaited;
  const behind = judgeStatusGeneration(awaited, object);
  if (behind !== undefined) {
    return behind;
  }
  const present = { ...object, status: presentStatus(awaited, object) };
  const failed = met(rules.failed ?? STALLED, present);
  if (failed !== undefined) {
    const reason = rules.failed === undefined ? "stalled" : "condition-failed";
    const tolerance = rules.failedSeconds === undefined ? {} : { tolerance: rules.failedSeconds };
    const finding = { reason, object: titleOf(awaited), message: failed, ...tolerance } as const;
    return { findings: [finding], text: failed };
  }
  const reconciling = rules.ready === undefined ? met(RECONCILING, present) : undefined;
  const ready = met(rules.ready ?? READY, present);
  if (ready !== undefined && reconciling === undefined) {
    return readyWith(ready);
  }
  if (rules.ready === undefined && reconciling === undefined && isWithoutReady(object)) {
    return readyWith("observed; it has no condition Ready");
  }
  const text = reconciling ?? lack(rules.ready ?? READY, present);
  return { findings: [unready(awaited, text)], text };
}

function judgeStatusGeneration(
  awaited: ObjectReadinessInputs,
  object: AnyObject,
): ObjectAssessment | undefined {
  const { ready, observedGeneration } = awaited.rules ?? {};
  if (statusOf(object) === undefined && ready === undefined) {
    const text = "it has no status yet: its controller has not seen it";
    return {
      findings: [{ reason: "not-observed", object: titleOf(awaited), message: text }],
      text,
    };
  }
  const [told] = valuesAt(observedGeneration ?? OBSERVED_GENERATION, object);
  if (told === undefined && observedGeneration === undefined) {
    return undefined;
  }
  const observed = Number.parseInt(String(told), 10);
  const finding = judgeGeneration(awaited, object, Number.isNaN(observed) ? 0 : observed);
  return finding && { findings: [finding], text: finding.message };
}

/** A controller that tells which generation it has seen, and has no condition `Ready`, has nothing more to say. */
function isWithoutReady(object: AnyObject): boolean {
  const { conditions = [] } = statusOf(object) ?? {};
  return (
    condition(conditions, "Ready") === undefined && valuesAt(OBSERVED_GENERATION, object).length > 0
  );
}

interface Status {
  readonly conditions?: readonly (Condition & { readonly observedGeneration?: number })[];
}

function statusOf({ status }: AnyObject): Status | undefined {
  return typeof status === "object" && status !== null && Object.keys(status).length > 0
    ? status
    : undefined;
}

/** The status without the conditions that say that they are of a generation before. */
function presentStatus(awaited: ObjectReadinessInputs, object: AnyObject): Status | undefined {
  const status = statusOf(object);
  const needed = neededGeneration(awaited, object);
  const conditions = status?.conditions?.filter(
    ({ observedGeneration = needed }) => observedGeneration >= needed,
  );
  return conditions === undefined ? status : { ...status, conditions };
}

/** What meets the rule, in words; undefined where nothing does. */
function met(rule: ObjectRule, object: AnyObject): string | undefined {
  if ("path" in rule) {
    const values = valuesAt(rule.path, object).filter((value) => value !== null);
    const { value: wanted } = rule;
    const found = values.find((value) => wanted === undefined || shown(value) === shown(wanted));
    return found === undefined ? undefined : `${rule.path} is ${shown(found)}`;
  }
  const found = condition(statusOf(object)?.conditions, rule.type);
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
      ? `there is nothing at ${path} yet`
      : `${path} is ${values.map(shown).join(", ")}${wanted}`;
  }
  const found = condition(statusOf(object)?.conditions, rule.type);
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
