import type { Autoscale, PlainFields } from "../../components/service/autoscale.ts";
import { PODS } from "../../components/service-definition.ts";
import type { ShapeOf } from "../../contract/field.ts";
import * as field from "../fields.ts";
import { plainFields } from "./plain-fields.ts";

/** A metric's type, and the field that says more of it. */
const METRICS: Readonly<Record<string, string>> = {
  Resource: "resource",
  ContainerResource: "containerResource",
  Pods: "pods",
  Object: "object",
  External: "external",
};

const METRIC = `a metric in Kubernetes' own words: type with one of ${Object.keys(METRICS).join(", ")}, and the field of that name`;

const metric = plainFields.refine(isMetric, { error: `allowed: ${METRIC}` });

const behavior = field.mapping(
  { scaleUp: plainFields.exactOptional(), scaleDown: plainFields.exactOptional() },
  "scaleUp and scaleDown",
);

const PERCENT = "in percent of the request";

/** Bounds and aims of the autoscaler. */
export const autoscale = field.mapping(
  {
    min: field.wholeNumber(PODS.replicas.from, PODS.replicas.to),
    max: field.wholeNumber(PODS.replicas.from, PODS.replicas.to),
    cpu: field.wholeNumber(1, 100).exactOptional(),
    memory: field.wholeNumber(1, 100, PERCENT).exactOptional(),
    metrics: field.list(metric, "a list of metrics in Kubernetes' own words").exactOptional(),
    behavior: behavior.exactOptional(),
  } satisfies ShapeOf<Autoscale>,
  "min, max, cpu, memory, metrics and behavior",
);

function isMetric({ type, ...fields }: PlainFields): boolean {
  const [field, ...others] = Object.keys(fields);
  return others.length === 0 && field !== undefined && METRICS[String(type)] === field;
}
