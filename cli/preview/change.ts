import { RESOURCES } from "../../contract/tokens.ts";
import { DELIVERING_TYPES } from "../../contract/workload-kind.ts";
import { differences, isWithin, placeOf } from "./difference.ts";
import { hiddenDifferences } from "./hidden.ts";
import { containsSecret } from "./secret.ts";
import type { Action, Step } from "./step.ts";

/** One object that a preview reports. */
export interface Change {
  readonly action: Action;
  /** E.g. `Deployment`. */
  readonly kind: string;
  readonly name: string;
  readonly service: string | null;
  /** Names of the inputs that differ; of a replaced object those that replace it. */
  readonly because: readonly string[];
  /** What it allows now and did not before, and the reverse: of rights and network only. */
  readonly allows: readonly string[];
  readonly forbids: readonly string[];
}

/** Fields that say in data what an object allows. None of them is a place for a secret. */
const ALLOWANCES = ["rules", "subjects", "roleRef"] as const;
const SPEC_ALLOWANCES = ["egress", "ingress", "rules", "tls"] as const;
const SAYS_WHAT_IT_ALLOWS =
  /^kubernetes:(rbac\.authorization\.k8s\.io\/.*|networking\.k8s\.io\/v1:(NetworkPolicy|Ingress))$/;

/** What becomes of an object, and why. */
export function changeOf(step: Step): Change {
  const { action, name, service = null, before, after } = step;
  const isRule = SAYS_WHAT_IT_ALLOWS.test(step.type);
  const was = isRule ? allowances(before) : [];
  const is = isRule && action !== "delete" ? allowances(after) : [];
  return {
    action,
    kind: kindOf(step),
    name,
    service,
    because: because(step),
    allows: is.filter((entry) => !was.includes(entry)),
    forbids: was.filter((entry) => !is.includes(entry)),
  };
}

/** What is reported with its service: what becomes of the image and the pods. */
const REPORTED_WITH_SERVICE: ReadonlySet<string> = new Set([
  "docker:index/image:Image",
  ...DELIVERING_TYPES.keys(),
  RESOURCES.Readiness,
  RESOURCES.SealedValues,
  RESOURCES.SecretReadiness,
]);

/**
 * Whether a change follows from what is reported of the services, or is one of labels that nobody would notice. What is
 * replaced or deleted is always reported on its own.
 */
export function followsFromServices({ action, type, before, after }: Step): boolean {
  if (action === "replace" || action === "delete") {
    return false;
  }
  if (REPORTED_WITH_SERVICE.has(type)) {
    return true;
  }
  if (action !== "update") {
    return false;
  }
  const differing = differences(before, after);
  return (
    differing.length > 0 &&
    differing.every((path) => /^metadata\.(labels|annotations)\./.test(path))
  );
}

/** E.g. `Deployment`. */
export function kindOf({ type }: Step): string {
  return type.slice(type.lastIndexOf(":") + 1);
}

/** By what the two objects say; where that is nothing, by the provider's word. */
function because(step: Step): string[] {
  const { action, before, after } = step;
  if (action !== "replace" && action !== "update") {
    return [];
  }
  const visible = differences(before, after);
  const hidden = hiddenDifferences(step);
  if (action === "update") {
    const found = [...visible, ...hidden.map((places) => places.join(" or "))];
    return found.length > 0 ? found : placesOf(step.differing, step);
  }
  const replacing = placesOf(step.replacedFor, step);
  const found = [...visible, ...hidden.flat()];
  const within = found.filter((place) => replacing.some((each) => isWithin(place, each)));
  return within.length > 0 ? within : replacing;
}

function placesOf(paths: readonly string[], { before, after }: Step): string[] {
  return [...new Set(paths.map((path) => placeOf(path, after ?? before)))];
}

function allowances(inputs: Step["before"]): string[] {
  const spec = (inputs?.["spec"] ?? {}) as Readonly<Record<string, unknown>>;
  const direct = ALLOWANCES.flatMap((field) => entriesOf(field, inputs?.[field]));
  const specified = SPEC_ALLOWANCES.flatMap((field) => entriesOf(field, spec[field]));
  return [...direct, ...specified];
}

function entriesOf(field: string, value: unknown): string[] {
  if (value === undefined || containsSecret(value)) {
    return [];
  }
  return (Array.isArray(value) ? value : [value]).map((entry) => `${field}: ${inWords(entry)}`);
}

/** JSON without its quotes, for people. */
function inWords(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll(/"([^"]*)"/g, (quoted, text: string) => text || quoted)
    .replaceAll(/[:,]/g, "$& ");
}
