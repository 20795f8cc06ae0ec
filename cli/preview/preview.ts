import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";

import { masked } from "../../mask/mask.ts";
import type { PodChanges } from "../../contract/pod-changes.ts";
import { RESOURCES } from "../../contract/tokens.ts";
import { type Change, changeOf, followsFromServices } from "./change.ts";
import { handOffOf, type HandOffPreview } from "./hand-off.ts";
import { withValuesOf } from "./pods.ts";
import { type ServicePreview, servicePreviews, withGates } from "./service.ts";
import { compare, type Step, stepsOf } from "./step.ts";
import { waiversOf } from "./waivers.ts";

/** What a preview found, as `slipway preview --json` prints it. It holds names, and no value of a setting or a secret. */
export interface PreviewReport {
  readonly version: 1;
  readonly project: string;
  readonly stack: string;
  readonly outcome: "unchanged" | "changes" | "failed";
  /** Whether the values of credentials were compared; see {@link Previewed}. */
  readonly credentials: "compared" | "unseen";
  /** Number of resources by what becomes of them. */
  readonly counts: Readonly<Record<"create" | "update" | "replace" | "delete" | "same", number>>;
  /** By name. */
  readonly services: readonly ServicePreview[];
  /** Rights: roles, bindings, accounts. */
  readonly rights: readonly Change[];
  /** Policies, Services, Ingresses and routes: who reaches whom. */
  readonly network: readonly Change[];
  /** Everything that is replaced or deleted, even if it is in another list, too. */
  readonly losses: readonly Change[];
  /** All other changes. */
  readonly others: readonly Change[];
  /** Changes that are reported with the services, or only give an object the labels of a different version. */
  readonly following: readonly Change[];
  readonly unchanged: readonly Change[];
  /**
   * What of the policy is waived: rule, object, last day and reason, a line each.
   * @default - nothing
   */
  readonly waivers?: readonly string[];
  /**
   * Where the change goes instead of the cluster.
   * @default - nothing is handed off
   */
  readonly handOff?: HandOffPreview;
  /** Why the preview failed. */
  readonly errors: readonly string[];
}

/** Where a preview was made. */
export interface Previewed {
  readonly project: string;
  readonly stack: string;
  /**
   * `unseen` for a preview that has placeholders instead of secrets: then every credential would look changed, so that
   * nothing is reported about their values.
   *
   * @default compared
   */
  readonly credentials?: "compared" | "unseen";
  /**
   * What the pods of Deployments are now, by URN.
   * @default - the cluster was not asked: the inputs are all that is known
   */
  readonly live?: ReadonlyMap<string, PodChanges>;
  /**
   * Whether it came to its end: one that the engine could not begin reports no event.
   * @default true
   */
  readonly succeeded?: boolean;
}

const RIGHTS =
  /^kubernetes:(rbac\.authorization\.k8s\.io\/|core\/v1:ServiceAccount$|admissionregistration)/;
const NETWORK = /^kubernetes:((gateway\.)?networking\.k8s\.io\/|core\/v1:Service$)/;

const OF_CREDENTIALS: ReadonlySet<string> = new Set([
  RESOURCES.SealedValues,
  RESOURCES.SecretReadiness,
  "kubernetes:bitnami.com/v1alpha1:SealedSecret",
]);

/** The engine's own bookkeeping. */
const BOOKKEEPING = /^pulumi:(pulumi|providers):/;

/** Reads what the engine reported during a preview (`onEvent` of the Automation API). */
export function previewReport(
  { project, stack, credentials = "compared", live, succeeded = true }: Previewed,
  events: readonly EngineEvent[],
): PreviewReport {
  const steps = stepsOf(events).map(credentials === "compared" ? (step) => step : asIfUnchanged);
  const objects = steps.filter(isObject);
  const [unchanged, changed] = split(objects, ({ action }) => action === "same");
  const [following, real] = split(changed, followsFromServices);
  const [rights, notRights] = split(real, ({ type }) => RIGHTS.test(type));
  const [network, others] = split(notRights, ({ type }) => NETWORK.test(type));
  const errors = errorsOf(events);
  const waivers = waiversOf(steps);
  const handOff = handOffOf(steps);
  return {
    version: 1,
    project,
    stack,
    credentials,
    outcome:
      errors.length > 0 || !succeeded ? "failed" : changed.length > 0 ? "changes" : "unchanged",
    counts: countsOf(objects),
    services: withGates(servicePreviews(objects, live), steps),
    rights: rights.map(changeOf),
    network: network.map(changeOf),
    losses: real.filter(isLoss).map(changeOf),
    others: others.map(changeOf),
    following: following.map(changeOf),
    unchanged: unchanged.map(changeOf),
    ...(waivers.length > 0 && { waivers }),
    ...(handOff && { handOff }),
    errors,
  };
}

/** With placeholders instead of secrets, a difference in them says nothing. */
function asIfUnchanged(step: Step): Step {
  if (step.action !== "update") {
    return step;
  }
  if (OF_CREDENTIALS.has(step.type)) {
    return { ...step, action: "same" };
  }
  return { ...step, after: withValuesOf(step.before, step.after) };
}

function isLoss({ action }: Step): boolean {
  return action === "replace" || action === "delete";
}

/** Components, anybody's, are groups of objects and nothing by themselves. */
function isObject({ type, isComponent }: Step): boolean {
  return !isComponent && !BOOKKEEPING.test(type);
}

function split<T>(list: readonly T[], is: (entry: T) => boolean): [T[], T[]] {
  return [list.filter(is), list.filter((entry) => !is(entry))];
}

function countsOf(steps: readonly Step[]): PreviewReport["counts"] {
  const counts = { create: 0, update: 0, replace: 0, delete: 0, same: 0 };
  for (const { action } of steps) {
    counts[action] += 1;
  }
  return counts;
}

function errorsOf(events: readonly EngineEvent[]): string[] {
  const errors = events.flatMap(({ diagnosticEvent: diagnostic, policyEvent: policy }) => {
    if (diagnostic?.severity === "error") {
      return [diagnostic.message.trim()];
    }
    return policy?.enforcementLevel === "mandatory"
      ? [`${policy.policyPackName} ${policy.policyName}: ${policy.message.trim()}`]
      : [];
  });
  return [...new Set(errors.map(masked))].sort(compare);
}
