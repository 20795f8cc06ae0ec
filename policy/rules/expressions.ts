import { literal, together } from "./cel.ts";
import type { Given, Place, Rule } from "./rule.ts";

/** What the settings of a stack make of the table. */
export interface Held {
  readonly rules: readonly Rule[];
  readonly given: Given;
  /** By the name of a rule, the objects that may break it, as `Kind/name`; a name that goes on has a `*` at its end. */
  readonly waived: Readonly<Record<string, readonly string[]>>;
}

/** The table as CEL: variables by name, each of which may refer to those before it. */
export interface Expressions {
  readonly variables: Readonly<Record<string, string>>;
  /** By the name of a rule, that of the variable with its faults, as a list of strings. */
  readonly faults: Readonly<Record<string, string>>;
}

/** Of the object as it is to be. */
const NOW: Place = {
  object: "object",
  pod: "variables.pod",
  containers: "variables.containers",
  all: "variables.allContainers",
  labels: "variables.labels",
  annotations: "variables.annotations",
};

/** Of the object as it was. */
const BEFORE: Place = {
  object: "oldObject",
  pod: "variables.podBefore",
  containers: "variables.containersBefore",
  all: "variables.allContainersBefore",
  labels: "variables.labelsBefore",
  annotations: "variables.annotationsBefore",
};

/**
 * Makes the expressions of a table. They see `object`, `oldObject`, which is null for a new one, and `request`, as the policies of the API
 * server do.
 *
 * @param isServer whether the API server evaluates them, which knows who asks
 */
export function expressionsOf(held: Held, isServer: boolean): Expressions {
  const variables: Record<string, string> = {
    id: 'request.kind.kind + "/" + object.metadata.?name.orValue("")',
    ...placeOf(NOW.object, ""),
    ...placeOf(BEFORE.object, "Before"),
  };
  const faults: Record<string, string> = {};
  for (const rule of held.rules) {
    const found = rule.faults(NOW, held.given);
    if (found === undefined) {
      continue;
    }
    const name = variableOf(rule.name);
    const isBroken = rule.isBroken?.(NOW, held.given);
    if (isBroken !== undefined) {
      variables[`${name}Found`] = found;
    }
    const now = isBroken === undefined ? found : `((${isBroken}) ? variables.${name}Found : [])`;
    faults[rule.name] = name;
    const before = rule.knowsBefore === true ? undefined : rule.faults(BEFORE, held.given);
    if (before !== undefined) {
      variables[`${name}Before`] = `oldObject == null ? [] : ${before}`;
    }
    const kept = before === undefined ? now : `(${now}).filter(f, !(f in variables.${name}Before))`;
    variables[name] = `${conditionOf(rule, held, isServer)} ? ${kept} : []`;
  }
  return { variables, faults };
}

/** All faults of an object, as one list of strings that each begin with the name of the rule. */
export function allFaults({ faults }: Expressions): string {
  return together(
    Object.entries(faults).map(
      ([rule, variable]) => `variables.${variable}.map(f, ${literal(`${rule}: `)} + f)`,
    ),
  );
}

function conditionOf(rule: Rule, { waived }: Held, isServer: boolean): string {
  const ids = waived[rule.name] ?? [];
  const whole = ids.filter((id) => !id.endsWith("*"));
  const starts = ids.filter((id) => id.endsWith("*")).map((id) => id.slice(0, -1));
  return [
    `request.kind.kind in ${literal(rule.kinds)}`,
    ...(whole.length > 0 ? [`!(variables.id in ${literal(whole)})`] : []),
    ...(starts.length > 0 ? [`!${literal(starts)}.exists(w, variables.id.startsWith(w))`] : []),
    ...(isServer && rule.except !== undefined ? [`!${rule.except}`] : []),
  ].join(" && ");
}

/** Kinds differ in where they have the pods. */
function placeOf(object: string, suffix: string): Record<string, string> {
  const pod = `variables.pod${suffix}`;
  const containers = `variables.containers${suffix}`;
  const inKind = (ofPod: string, inTemplate: string) =>
    `request.kind.kind == "Pod" ? ${object}.${ofPod} : request.kind.kind == "CronJob" ? ${object}.spec.jobTemplate.spec.template.${inTemplate} : ${object}.spec.template.${inTemplate}`;
  return {
    [`pod${suffix}`]: inKind("spec", "spec"),
    [`containers${suffix}`]: `${pod}.containers + ${pod}.?initContainers.orValue([])`,
    [`allContainers${suffix}`]: `${containers} + ${pod}.?ephemeralContainers.orValue([])`,
    [`labels${suffix}`]: inKind("metadata.?labels.orValue({})", "?metadata.?labels.orValue({})"),
    [`annotations${suffix}`]: inKind(
      "metadata.?annotations.orValue({})",
      "?metadata.?annotations.orValue({})",
    ),
  };
}

/** No two rules have one, and no other variable or word of CEL is it: a team names its rules as it likes. */
function variableOf(name: string): string {
  return `rule_${name.replaceAll("-", "_")}`;
}
