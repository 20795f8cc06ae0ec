import { completeObjective, type Objective, type Selector } from "./objective.ts";
import { picked } from "./picked.ts";

/** How a release is given its traffic. */
export interface StepsDefinition {
  /**
   * Percent of the pods that are replaced before each measurement, such as `[10, 50]`; or `switch`: all new pods start beside the
   * old ones, take all traffic at once, and are measured then (blue-green). A Rollout of Argo Rollouts delivers the service.
   * @default - all pods are replaced, a quarter at a time, by a Deployment
   * @see https://argo-rollouts.readthedocs.io/en/stable/features/canary/
   */
  readonly steps?: Steps;
  /**
   * What the steps are percentages of. `traefik`: the requests that come through the service's `route`, whose Gateway Traefik serves. A
   * TraefikService divides them, whatever the number of pods is.
   * @default - the pods
   * @see https://argo-rollouts.readthedocs.io/en/stable/features/traffic-management/traefik/
   */
  readonly weights?: Weights;
}

/** Percent of the pods, or all at once. */
export type Steps = readonly number[] | "switch";

/** What divides the traffic between old and new pods, if the number of pods does not. */
export type Weights = "traefik";

/** What is measured of the new pods at each step, and after a first release. At least one of `errors` and `p99` is needed. */
export interface MeasuredDefinition {
  /**
   * Percent of the new pods' requests that may be answered with an error.
   * @default - errors are not measured
   */
  readonly errors?: number;
  /**
   * In which time the new pods must have answered 99 of 100 requests, such as `300ms`.
   * @default - that is not measured
   */
  readonly p99?: string;
  /**
   * How many requests the new pods must have had at each step: fewer prove nothing.
   * @default - nothing is measured; `steps` need it
   */
  readonly requests?: number;
  /**
   * Seconds between two measurements.
   * @default 30
   */
  readonly every?: number;
  /**
   * Seconds for which each step is measured: a multiple of `every`.
   * @default 180
   */
  readonly for?: number;
  /**
   * How many measurements of a step may be bad.
   * @default 0
   */
  readonly failures?: number;
}

/** What is measured, with a value for everything that has a default, and in seconds. */
export interface CompletedMeasured {
  readonly errors?: number;
  readonly p99?: string;
  readonly requests: number;
  readonly every: number;
  readonly for: number;
  readonly failures: number;
  /** By which metrics. */
  readonly series: Readonly<Record<"requests" | "errors" | "durations", Selector>>;
}

/** Steps with what is measured at each. */
export interface CompletedSteps {
  readonly steps?: Steps;
  readonly weights?: Weights;
  readonly measured?: CompletedMeasured;
}

/** Bounds of numbers in the definition; times are seconds. */
export const STEP_NUMBERS = {
  step: { from: 1, to: 99 },
  requests: { from: 1, to: 1_000_000_000 },
  every: { from: 5, to: 3600 },
  for: { from: 5, to: 86_400 },
  failures: { from: 0, to: 100 },
} as const;

/** What is measured where the definition says nothing else. */
export const MEASURED_DEFAULTS = { every: 30, for: 180, failures: 0 } as const;

/** The steps of a definition, and nothing else of it. */
export function completeSteps({
  steps,
  weights,
  watch = {},
  objective = {},
}: StepsDefinition & {
  readonly watch?: MeasuredDefinition;
  readonly objective?: Objective;
}): CompletedSteps {
  if (steps === undefined) {
    return {};
  }
  const measured = {
    ...MEASURED_DEFAULTS,
    requests: 0,
    ...picked(watch, ["errors", "p99", "requests", "every", "for", "failures"]),
    series: picked(completeObjective(objective), ["requests", "errors", "durations"]),
  };
  return { steps, ...(weights && { weights }), measured };
}

/** Names of the Services that lead to the old pods alone, and to the new ones alone. */
export function weightedNames(service: string): Readonly<Record<"stable" | "canary", string>> {
  return { stable: `${service}-stable`, canary: `${service}-canary` };
}

/** Seconds that all measurements of a release take. */
export function measuredSeconds({ steps, measured }: CompletedSteps): number {
  const times = steps === undefined || steps === "switch" ? 1 : steps.length;
  return measured === undefined ? 0 : times * measured.for;
}
