import { ROLLOUTS_API } from "../../../manifests/rollout.ts";
import type { Delivery } from "../../delivery.ts";
import { dividedNames, manifestsOf, servicesOf } from "../../delivery.ts";
import { literal } from "../policy.ts";
import { type Limit, refusal } from "./limit.ts";
import { podLimit } from "./pod-limit.ts";

const [GROUP = "", VERSION = ""] = ROLLOUTS_API.split("/");

/** What an administrator has put there may stay. */
const SAME = "oldObject != null && object.spec == oldObject.spec";

/**
 * Rollouts whose pods are limited as those of Deployments are, and whose steps are weights and measurements: an experiment has pods of
 * its own, and a plugin is a program of the controller's.
 */
export function rollouts(delivery: Delivery): Limit {
  const { variables = {}, validations } = podLimit(delivery, "the name of the Rollout");
  const divided = dividedNames(delivery);
  const routing = "object.spec.?strategy.?canary.?trafficRouting";
  const named = `${routing}.?traefik.?weightedTraefikServiceName.orValue("") in variables.divided`;
  const isOwn = `(dyn(${routing}.value()).all(k, k == "traefik") && ${named})`;
  const weights = `(!${routing}.hasValue()${divided.length > 0 ? ` || ${isOwn}` : ""})`;
  const steps = `object.spec.?strategy.?canary.?steps.orValue([]).all(s, dyn(s).all(k, k in ["setWeight", "analysis"]))`;
  return {
    apiGroups: [GROUP],
    apiVersion: VERSION,
    resources: ["rollouts"],
    variables: {
      ...variables,
      ...(divided.length > 0 && { divided: literal(divided) }),
    },
    validations: [
      {
        expression: `(${SAME}) || !has(object.spec.workloadRef)`,
        message: refusal("spec.workloadRef", "none"),
      },
      {
        expression: `(${SAME}) || (${steps} && ${weights})`,
        message: refusal("spec.strategy", "weights and measurements"),
      },
      ...validations,
    ],
  };
}

/**
 * What is measured is asked of the settings' Prometheus alone: other measurements run Jobs with pods of their own, or send Secrets of
 * the namespace to whoever the lane names.
 */
export function analyses(delivery: Delivery): Limit {
  const addresses = servicesOf(delivery).flatMap((service) => {
    const { analysisTemplate } = manifestsOf(service);
    return (analysisTemplate?.spec.metrics ?? []).map(
      ({ provider }) => provider.prometheus.address,
    );
  });
  const metric = [
    `dyn(m.provider).all(k, k == "prometheus")`,
    `dyn(m.provider.prometheus).all(k, k in ["address", "query", "timeout"])`,
    `m.provider.prometheus.address in variables.addresses`,
  ].join(" && ");
  return {
    apiGroups: [GROUP],
    apiVersion: VERSION,
    resources: ["analysistemplates", "analysisruns"],
    variables: { addresses: literal([...new Set(addresses)].sort()) },
    validations: [
      {
        expression: `(${SAME}) || object.spec.?metrics.orValue([]).all(m, ${metric})`,
        message: refusal("spec.metrics[].provider", "the Prometheus of slipway:prometheus"),
      },
      {
        expression: `(${SAME}) || object.spec.?args.orValue([]).all(a, !has(a.valueFrom))`,
        message: refusal("spec.args[]", "values"),
      },
      {
        expression: `(${SAME}) || !dyn(object.spec).?templates.hasValue()`,
        message: refusal("spec.templates", "none"),
      },
    ],
  };
}
