import { RESOURCES } from "../../contract/tokens.ts";
import { DELIVERING_TYPES } from "../../contract/workload-kind.ts";
import { BUILT_TYPES } from "../built-types.ts";
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
  /**
   * Whether the cluster keeps what is deleted from the stack: the data of a claim.
   * @default - it does not
   */
  readonly isKept?: true;
  /** What it allows now and did not before, and the reverse: of rights and network only. */
  readonly allows: readonly string[];
  readonly forbids: readonly string[];
}

/** Fields that say in data what an object allows. None of them is a place for a secret. */
const ALLOWANCES = ["rules", "subjects", "roleRef"] as const;
const SPEC_ALLOWANCES = ["egress", "hostnames", "ingress", "parentRefs", "rules", "tls"] as const;
const SAYS_WHAT_IT_ALLOWS =
  /^kubernetes:(rbac\.authorization\.k8s\.io\/.*|networking\.k8s\.io\/v1:(NetworkPolicy|Ingress)|gateway\.networking\.k8s\.io\/v1:HTTPRoute)$/;

const SERVICE = "kubernetes:core/v1:Service";
const INSIDE = "ClusterIP";

/** What becomes of an object, and why. */
export function changeOf(step: Step): Change {
  const { action, name, service = null, before, after } = step;
  const said = allowancesBy(step.type);
  const was = said(before);
  const is = action === "delete" ? [] : said(after);
  return {
    action,
    kind: kindOf(step),
    name,
    service,
    because: because(step),
    ...(action === "delete" && step.isRetained && { isKept: true }),
    allows: is.filter((entry) => !was.includes(entry)),
    forbids: was.filter((entry) => !is.includes(entry)),
  };
}

/** What is reported with its service: what becomes of the image and the pods. */
const REPORTED_WITH_SERVICE: ReadonlySet<string> = new Set([
  ...BUILT_TYPES,
  ...DELIVERING_TYPES.keys(),
  RESOURCES.HandOff,
  RESOURCES.MemberProof,
  RESOURCES.Migration,
  RESOURCES.Readiness,
  RESOURCES.SealedValues,
  RESOURCES.SecretReadiness,
]);

/** It shows a release, and changes with each. */
const RELEASE_RULE = "kubernetes:monitoring.coreos.com/v1:PrometheusRule";

/**
 * Whether a change follows from what is reported of the services, or is one of labels that nobody would notice. What is
 * replaced or deleted is always reported on its own.
 */
export function followsFromServices(step: Step): boolean {
  const { action, type, name, service, before, after } = step;
  if (action === "replace" || action === "delete") {
    return false;
  }
  // A team's own manifests may have more workloads than the one that is reported as the service.
  const isOther = DELIVERING_TYPES.has(type) && service !== undefined && name !== service;
  const isShown = type === RELEASE_RULE && name.endsWith(".release");
  if (isShown || (REPORTED_WITH_SERVICE.has(type) && !isOther)) {
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

/** How an object of this type says what it allows. */
function allowancesBy(type: string): (inputs: Step["before"]) => string[] {
  if (type === SERVICE) {
    return openings;
  }
  return SAYS_WHAT_IT_ALLOWS.test(type) ? allowances : () => [];
}

/** A Service that has an address of its nodes or of a load balancer lets in who reaches those. */
function openings(inputs: Step["before"]): string[] {
  const { type = INSIDE, loadBalancerSourceRanges } = specOf(inputs);
  return type === INSIDE
    ? []
    : ["type", "loadBalancerSourceRanges"].flatMap((field) =>
        entriesOf(field, field === "type" ? type : loadBalancerSourceRanges),
      );
}

function specOf(inputs: Step["before"]): Readonly<Record<string, unknown>> {
  return (inputs?.["spec"] ?? {}) as Readonly<Record<string, unknown>>;
}

function allowances(inputs: Step["before"]): string[] {
  const spec = specOf(inputs);
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
