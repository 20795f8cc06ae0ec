import type { Selector } from "../service/objective.ts";
import type { Service } from "../service-definition.ts";
import { seriesOf } from "./series.ts";

/** That the failures of a service cannot be seen. */
export interface Blindness {
  readonly metric: string;
  readonly label: string;
  /** In PromQL. */
  readonly expression: string;
}

/**
 * What has a value where requests are counted, and none of them has a label by which failures are known: there would never be
 * any. Undefined if failures are named by no label.
 *
 * @param seriesOf the selector in PromQL
 */
export function blindnessOf(
  { requests, errors }: Readonly<Record<"requests" | "errors", Selector>>,
  seriesOf: (selector: Selector) => string,
): Blindness | undefined {
  const label = errors.matchers
    .filter((matcher) => errors.metric === requests.metric && !requests.matchers.includes(matcher))
    .map((matcher) => /^\w+/.exec(matcher)?.[0] ?? "")[0];
  if (label === undefined) {
    return undefined;
  }
  const labelled = { ...requests, matchers: [...requests.matchers, `${label}!=""`] };
  const [all, known] = [requests, labelled].map((each) => `count(${seriesOf(each)})`);
  return { metric: requests.metric, label, expression: `${all ?? ""} unless ${known ?? ""}` };
}

/** The same of what a service promises; undefined if it promises nothing of failures. */
export function promisedBlindness(service: Service): Blindness | undefined {
  const { objective } = service;
  return objective?.available === undefined ? undefined : ofAllPods(service, objective);
}

/** The same of a service that promises so, or whose steps are measured so. */
export function blindness(service: Service): Blindness | undefined {
  const { series, errors } = service.measured ?? {};
  const measured = errors === undefined ? undefined : series;
  return promisedBlindness(service) ?? (measured && ofAllPods(service, measured));
}

function ofAllPods(service: Service, series: Parameters<typeof blindnessOf>[0]) {
  return blindnessOf(series, (selector) => seriesOf(service, selector));
}
