import { z } from "zod";

import { parseLatency } from "../../components/service/objective.ts";
import {
  MEASURED_DEFAULTS,
  type MeasuredDefinition,
  STEP_NUMBERS,
} from "../../components/service/steps.ts";
import type { ShapeOf } from "../../contract/field.ts";
import { VERDICT } from "../../contract/verdict.ts";
import { duration } from "../duration.ts";
import { type Fault, faultIf, got } from "../fault.ts";
import * as field from "../fields.ts";
import { fieldsOf, type Mapping } from "../mapping.ts";

const { requests, every, for: whole, failures } = STEP_NUMBERS;

const PERCENT = "allowed: a percentage from 0 to 99.9, such as 1";
const LATENCY = "allowed: a time such as 300ms or 1.5s";

/** The form of what is measured of the new pods: keys of `watch`. */
export function measuredShape() {
  return {
    errors: z
      .number({ error: PERCENT })
      .min(0, { error: PERCENT })
      .max(99.9, { error: PERCENT })
      .exactOptional(),
    p99: z
      .string({ error: LATENCY })
      .refine((text) => parseLatency(text) !== undefined, { error: LATENCY })
      .exactOptional(),
    requests: field.wholeNumber(requests.from, requests.to).exactOptional(),
    every: time(every).exactOptional(),
    for: time(whole).exactOptional(),
    failures: field.wholeNumber(failures.from, failures.to).exactOptional(),
  } satisfies ShapeOf<MeasuredDefinition>;
}

/** What is measured too seldom, or not at all, shows nothing. */
export function measuredFaults(service: Mapping, watch: Mapping): Fault[] {
  return [
    ...faultIf(
      watch["requests"] === undefined,
      ["watch", "requests"],
      "missing: how many requests the new pods must have had at a step, such as 500; without any a measurement proves nothing",
    ),
    ...faultIf(
      watch["errors"] === undefined && watch["p99"] === undefined,
      ["watch"],
      "neither errors nor p99; allowed: one or both of them, such as errors: 1",
    ),
    ...faultIf(
      service["metrics"] === undefined,
      ["steps"],
      "needs metrics; allowed: with metrics, by which the new pods are measured; set metrics to a path such as /metrics",
    ),
    ...timeFaults(service, watch),
  ];
}

function timeFaults(service: Mapping, watch: Mapping): Fault[] {
  const { deadlineSeconds = VERDICT.deadlineSeconds.default } = service;
  const between = seconds(watch["every"], MEASURED_DEFAULTS.every);
  const total = seconds(watch["for"], MEASURED_DEFAULTS.for);
  const remainder = (total ?? 0) % (between ?? 1);
  const scraped = seconds(fieldsOf(service["metrics"])["interval"], 0);
  const times = Math.floor((total ?? 0) / (between ?? 1));
  const { failures: bad } = watch;
  return [
    ...faultIf(
      between !== undefined && total !== undefined && (total < between || remainder !== 0),
      ["watch", "for"],
      got(
        watch["for"],
        `allowed: a multiple of every, which is ${between ?? 0} s; the default is ${MEASURED_DEFAULTS.for} s`,
      ),
    ),
    ...faultIf(
      between !== undefined && typeof deadlineSeconds === "number" && between >= deadlineSeconds,
      ["watch", "every"],
      got(
        watch["every"],
        `allowed: less than deadlineSeconds, which is ${String(deadlineSeconds)}`,
      ),
    ),
    ...faultIf(
      typeof bad === "number" && times > 0 && bad >= times,
      ["watch", "failures"],
      got(
        bad,
        `allowed: fewer than the ${times} measurements of a step: all of them may not be bad; lower it, or raise watch.for`,
      ),
    ),
    ...faultIf(
      total !== undefined && scraped !== undefined && total < scraped,
      ["watch", "for"],
      got(
        watch["for"],
        `allowed: at least metrics.interval, which is ${scraped ?? 0} s: a step without a scrape has no requests; raise it`,
      ),
    ),
  ];
}

function time({ from, to }: { readonly from: number; readonly to: number }) {
  const error = `allowed: from ${from}s to ${to}s`;
  return duration.refine((seconds) => seconds >= from && seconds <= to, { error });
}

/** A time that was not understood is told by its form. */
function seconds(written: unknown, otherwise: number): number | undefined {
  return written === undefined ? otherwise : duration.safeParse(written).data;
}
