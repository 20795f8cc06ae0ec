import { z } from "zod";

import { type Objective, parseLatency, parseSelector } from "../../components/service/objective.ts";
import type { ShapeOf } from "../../contract/field.ts";
import { type Fault, faultIf, got } from "../fault.ts";
import * as field from "../fields.ts";
import { type Mapping, mapping } from "../mapping.ts";

/** Below it, not even an outage spends the budget 14.4 times too fast. */
const LEAST = 94;

const AVAILABLE = `allowed: percent of the requests, at least ${LEAST} and less than 100, such as 99.9`;
const P99 = "allowed: a duration such as 300ms or 1.5s";

/** What a service promises. */
export const objective = field.mapping(
  {
    available: z
      .number({ error: AVAILABLE })
      .min(LEAST, { error: AVAILABLE })
      .lt(100, { error: AVAILABLE })
      .exactOptional(),
    p99: z
      .string({ error: P99 })
      .refine((text) => parseLatency(text) !== undefined, { error: P99 })
      .exactOptional(),
    requests: series('http_requests_total or http_requests_total{handler!="/healthz"}'),
    errors: series('http_requests_total{code=~"5.."}'),
    durations: series("http_request_duration_seconds_bucket", /_bucket$/),
  } satisfies ShapeOf<Objective>,
  "available, p99, and as needed requests, errors and durations",
);

/** @param name the form of the metric's name */
function series(example: string, name = /^/) {
  const allowed = `allowed: a metric, with matchers in braces as needed, such as ${example}`;
  const isNamed = (text: string) => name.test(parseSelector(text)?.metric ?? "");
  return z
    .string({ error: allowed })
    .refine((text) => parseSelector(text) !== undefined && isNamed(text), { error: allowed })
    .exactOptional();
}

/** What contradicts what a service promises. */
export function objectiveFaults({ objective: written, metrics, steps }: Mapping): Fault[] {
  const said = mapping(written);
  // What is measured at steps may be all that its metrics are named for.
  const promises = said?.["available"] !== undefined || said?.["p99"] !== undefined;
  if (said === undefined || (steps !== undefined && !promises)) {
    return [];
  }
  const { available, p99, requests, errors, durations } = said;
  const without = (key: string, value: unknown, other: string, needed: unknown): Fault[] =>
    faultIf(
      value !== undefined && needed === undefined && steps === undefined,
      ["objective", key],
      got(value, `allowed: with objective.${other}; set that, or remove this`),
    );
  return [
    ...faultIf(
      metrics === undefined,
      ["objective"],
      "needs metrics; allowed: with metrics, by which it is measured; set metrics to a path such as /metrics",
    ),
    ...faultIf(
      available === undefined && p99 === undefined,
      ["objective"],
      "promises nothing; allowed: available, p99 or both; set one of them",
    ),
    ...without("errors", errors, "available", available),
    ...without("durations", durations, "p99", p99),
    ...without("requests", requests, "available", available),
  ];
}
